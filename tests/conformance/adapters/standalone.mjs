#!/usr/bin/env node
// An adapter of the conformance suite of PEP 9999, "Platform Tags for WebAssembly".
//
// It was written from the text of the PEP and from INTERPRETING.md alone, with PEP 425, PEP 427,
// PEP 440 and PEP 508 for what they leave to those; no other implementation was looked at. Since
// then it follows the text: the processor and the kind build came with a later draft. It shares no
// code with the project and has no dependencies.
//
//   wasm-tags conformance --adapter "node standalone.mjs"
//
// It does not run inside a target: what needs one (`environment` is `running`) is unsupported.

import process from "node:process";

// A question that this adapter cannot be asked. Anything else that is thrown is an error.
class Unsupported extends Error {}

// -- Platform tags --------------------------------------------------------------------------

// PEP 9999, tag-grammar. In JavaScript `$` without the flag `m` is the very end, as `\Z` is in
// Python, and there is no upper limit to a number: nothing here is turned into one.
const PYEMSCRIPTEN_VERSION = "[1-9][0-9]{3}_(?:0|[1-9][0-9]*)";
const WASI_VERSION = "(?:0|[1-9][0-9]*)_(?:0|[1-9][0-9]*)_sdk_(?:0|[1-9][0-9]*)";
const PYEMSCRIPTEN_TAG = new RegExp(`^pyemscripten_(${PYEMSCRIPTEN_VERSION})_wasm32$`);
const PYODIDE_TAG = new RegExp(`^pyodide_(${PYEMSCRIPTEN_VERSION})_wasm32$`);
const WASI_TAG = new RegExp(`^wasi_(${WASI_VERSION})_wasm32$`);

// The platform that a portable tag names, or null (PEP 9999, not-portable and same-platform).
function parsePlatform(tag) {
  if (typeof tag !== "string") return null;
  const pyemscripten = PYEMSCRIPTEN_TAG.exec(tag) ?? PYODIDE_TAG.exec(tag);
  if (pyemscripten) return { family: "pyemscripten", version: pyemscripten[1] };
  const wasi = WASI_TAG.exec(tag);
  return wasi && { family: "wasi", version: wasi[1] };
}

// PEP 9999, tag-order and tag-order-wasi, without the local tag.
function portableTags({ family, version }) {
  const prefixes = family === "pyemscripten" ? ["pyemscripten", "pyodide"] : ["wasi"];
  return prefixes.map((prefix) => `${prefix}_${version}_wasm32`);
}

function targetPlatform(target) {
  const platform = parsePlatform(target?.platform);
  if (!platform) throw new Unsupported("the target is not a WebAssembly platform");
  return platform;
}

// INTERPRETING.md, select: a tool inside the target is asked, and this is none.
function refuseRunning({ environment }) {
  if (environment === "running") throw new Unsupported("this adapter runs on another machine");
}

// -- The kind parse -------------------------------------------------------------------------

function parse({ tag }) {
  const platform = parsePlatform(tag);
  return platform && portableTags(platform);
}

// -- The kind environment -------------------------------------------------------------------

// PEP 9999, discovery-pyemscripten and discovery-wasi: what decides, in order, and its form.
const DISCOVERY = new Map([
  ["Emscripten", {
    family: "pyemscripten",
    variables: ["PYEMSCRIPTEN_PLATFORM_VERSION", "PYODIDE_ABI_VERSION"],
    wellFormed: new RegExp(`^${PYEMSCRIPTEN_VERSION}$`),
  }],
  ["wasi", {
    family: "wasi",
    variables: ["WASI_PLATFORM_VERSION"],
    wellFormed: new RegExp(`^${WASI_VERSION}$`),
  }],
]);

// PEP 9999, wasm64-reserved: a build for another processor than wasm32 has no platform here;
// malformed-variable: the first variable that is set decides, whatever its value. A missing or
// empty one is not set.
function discoverPlatform({ system, machine, config = {} }) {
  const rule = DISCOVERY.get(system);
  if (!rule || machine !== "wasm32") return null;
  const version = rule.variables.map((name) => config[name]).find(Boolean);
  if (typeof version !== "string" || !rule.wellFormed.test(version)) return null;
  return { family: rule.family, version };
}

// PEP 9999, local-tag: it comes last; unknown-platform: it is alone if the platform is not known.
function environment(request) {
  const platform = discoverPlatform(request);
  const localTag = request.get_platform.replaceAll(/[-. ]/g, "_");
  return [...(platform ? portableTags(platform) : []), localTag];
}

// -- The kind build -------------------------------------------------------------------------

// PEP 9999, producer-tag: the canonical tag of a platform that is known, or else the local tag.
// Told something that is neither, a build tool refuses (INTERPRETING.md, build).
function build(request) {
  const own = environment(request);
  if (request.told === null) return own[0];
  if (request.told === own.at(-1)) return request.told;
  return parse({ tag: request.told })?.[0] ?? null;
}

// -- Versions (PEP 440) ---------------------------------------------------------------------

const VERSION = new RegExp(
  "^v?(?:([0-9]+)!)?([0-9]+(?:\\.[0-9]+)*)" // epoch and release
    + "(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    + "(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    + "(?:[-_.]?(dev)[-_.]?([0-9]*))?"
    + "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
  "i",
);
const PHASES = { a: 0n, b: 1n, r: 2n, c: 2n, p: 2n };

const isNumber = (text) => /^[0-9]+$/.test(text);
const compare = (a, b) => Number(a > b) - Number(a < b);

// Lists item by item; the end of a list counts as `padding`.
function compareLists(a, b, padding = -Infinity) {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const order = compare(a[i] ?? padding, b[i] ?? padding);
    if (order) return order;
  }
  return 0;
}

// PEP 440, "Summary of permitted suffixes and relative ordering", or null for no version.
function parseVersion(text) {
  const match = VERSION.exec(text.trim());
  if (!match) return null;
  const [, epoch, release, phase, preNumber, barePost, post, postNumber, dev, devNumber] = match;
  const hasPost = barePost !== undefined || post !== undefined;
  const devOnly = dev !== undefined && !phase && !hasPost;
  const postKey = hasPost ? BigInt(barePost ?? postNumber) : -Infinity; // BigInt("") is 0n
  return {
    release: [BigInt(epoch ?? 0), ...release.split(".").map(BigInt)],
    suffix: [
      phase ? PHASES[phase[0].toLowerCase()] : devOnly ? -Infinity : Infinity,
      phase ? BigInt(preNumber) : 0n,
      postKey,
      dev === undefined ? Infinity : BigInt(devNumber),
    ],
    local: (match[10]?.toLowerCase().split(/[-_.]/) ?? [])
      .flatMap((part) => (isNumber(part) ? [1, BigInt(part)] : [0, part])),
    isPre: Boolean(phase) || dev !== undefined,
    isPost: hasPost,
  };
}

const compareReleases = (a, b) => compareLists(a.release, b.release, 0n);

function compareVersions(a, b) {
  return compareReleases(a, b) || compareLists(a.suffix, b.suffix) || compareLists(a.local, b.local);
}

function hasPrefix(version, prefix) {
  return compareLists(version.release.slice(0, prefix.length), prefix, 0n) === 0;
}

// PEP 440, "Version specifiers"; null if it defines no such comparison.
function compareAsVersions(left, operator, right) {
  const wildcard = /^[!=]=$/.test(operator) && right.trim().endsWith(".*");
  const [a, b] = [parseVersion(left), parseVersion(wildcard ? right.trim().slice(0, -2) : right)];
  if (!a || !b) return null;
  if (wildcard) return hasPrefix(a, b.release) === (operator === "==");
  const order = compareVersions(b.local.length ? a : { ...a, local: [] }, b);
  const sameRelease = compareReleases(a, b) === 0;
  switch (operator) {
    case "==": return order === 0;
    case "!=": return order !== 0;
    case "<=": return order <= 0;
    case ">=": return order >= 0;
    case "<": return order < 0 && !(sameRelease && a.isPre && !b.isPre);
    case ">": return order > 0 && !(sameRelease && a.isPost && !b.isPost);
    case "~=": return b.release.length > 2 ? order >= 0 && hasPrefix(a, b.release.slice(0, -1)) : null;
    default: return null;
  }
}

// -- The kind select ------------------------------------------------------------------------

const range = (from, downTo) => Array.from({ length: Math.max(0, from - downTo + 1) }, (_, i) => from - i);
const product = (heads, tails) => heads.flatMap((head) => tails.map((tail) => `${head}-${tail}`));

// PEP 425 as `packaging` has it: a map from each tag to its rank, 0 for the best.
function rankedTags(python, platforms) {
  const match = /^3\.(0|[1-9][0-9]*)$/.exec(python);
  if (!match) throw new Unsupported("only CPython 3 is known here");
  const minor = Number(match[1]);
  const cp = `cp3${minor}`;
  const pys = [`py3${minor}`, "py3", ...range(minor - 1, 0).map((older) => `py3${older}`)];
  const pairs = [
    `${cp}-${cp}`,
    `${cp}-abi3`,
    `${cp}-none`,
    ...range(minor - 1, 2).map((older) => `cp3${older}-abi3`),
    ...pys.map((py) => `${py}-none`),
  ];
  const tags = [
    ...product(pairs, platforms),
    ...product([cp, ...pys], ["none-any"]),
  ];
  return new Map(tags.map((tag, rank) => [tag, rank]));
}

const normalizeName = (name) => name.replaceAll(/[-_.]+/g, "-").toLowerCase();

// The wheel specification, "File name convention"; null if it is not the name of a wheel.
function parseWheelName(file) {
  if (!file.endsWith(".whl")) return null;
  const parts = file.slice(0, -".whl".length).split("-");
  if (parts.length !== 5 && parts.length !== 6) return null;
  const version = parseVersion(parts[1]);
  const build = parts.length === 6 ? /^([0-9]+)(.*)$/s.exec(parts[2]) : [];
  if (!version || !build) return null;
  // PEP 9999, "Grammar": a file name is compared in lower case.
  const [pythons, abis, platforms] = parts.slice(-3).map((set) => set.toLowerCase().split("."));
  return {
    name: normalizeName(parts[0]),
    version,
    build: build.length ? [BigInt(build[1]), build[2]] : [], // no build tag sorts first
    // PEP 9999, not-portable: nothing is repaired.
    tags: product(product(pythons, abis), platforms),
  };
}

// PEP 9999, exact-match: a tag is in the list or it is not.
function bestRank(tags, ranks) {
  return Math.min(...tags.map((tag) => ranks.get(tag) ?? Infinity));
}

// The newest version, then the best tag, then the higher build; final releases before others.
function comparePreference(a, b) {
  return compare(a.version.isPre, b.version.isPre)
    || compareVersions(b.version, a.version)
    || compare(a.rank, b.rank)
    || compareLists(b.build, a.build);
}

function select(request) {
  refuseRunning(request);
  const { files, project, target } = request;
  // PEP 9999, local-tag: it is left out of the list of a target.
  const ranks = rankedTags(target?.python, portableTags(targetPlatform(target)));
  const candidates = files
    .map((file) => ({ file, ...parseWheelName(file) }))
    .filter((wheel) => wheel.tags && wheel.name === normalizeName(project))
    .map((wheel) => ({ ...wheel, rank: bestRank(wheel.tags, ranks) }))
    .filter((wheel) => wheel.rank !== Infinity);
  return candidates.sort(comparePreference)[0]?.file ?? null; // the sort keeps the listing's order
}

// -- The kind index -------------------------------------------------------------------------

// PEP 9999, index-rejects: what is about WebAssembly and has to be a portable tag.
const WASM_LIKE = /^(?:emscripten|pyemscripten|pyodide|wasi)|wasm32|wasm64/;
// PEP 9999, index-accepts, "the one for its own platform": PEP 513, 571, 599, 600, 656, 730, 738.
const OTHER_PLATFORM = new RegExp(
  "^(?:any|win32|win_(?:amd64|arm64)|linux_armv[67]l|macosx_[0-9]+_[0-9]+_[a-z0-9_]+"
    + "|(?:manylinux(?:1|2010|2014|_[0-9]+_[0-9]+)|musllinux_[0-9]+_[0-9]+)_[a-z0-9_]+"
    + "|ios_[0-9]+_[0-9]+_[a-z0-9_]+|android_[0-9]+_[a-z0-9_]+)$",
);

function acceptsTag(tag) {
  if (PYEMSCRIPTEN_TAG.test(tag) || WASI_TAG.test(tag)) return true; // PEP 9999, index-accepts
  return !WASM_LIKE.test(tag) && OTHER_PLATFORM.test(tag);
}

// PEP 9999, index-accepts: each tag of a compressed set by itself, and all have to pass; "Grammar":
// as tools parse a file name, in lower case.
const index = ({ platform }) => platform.toLowerCase().split(".").every(acceptsTag);

// -- The kinds markers and dependency -------------------------------------------------------

// PEP 9999, "What a Platform Fixes": a table that is not normative, for platform_release only.
const EMSCRIPTEN = new Map(
  Object.entries({ "2024_0": "3.1.58", "2025_0": "4.0.9", "2026_0": "5.0.3", "2026_5": "6.0.5" }),
);

// PEP 9999, "Environment Markers": a table that is not normative.
function markers(request) {
  refuseRunning(request);
  const { family, version } = targetPlatform(request.target);
  const { python, python_full_version: fullVersion = `${python}.0` } = request.target;
  const isWasi = family === "wasi";
  return {
    os_name: "posix",
    sys_platform: isWasi ? "wasi" : "emscripten",
    platform_system: isWasi ? "wasi" : "Emscripten",
    platform_machine: "wasm32",
    platform_release: isWasi ? "0.0.0" : EMSCRIPTEN.get(version) ?? "",
    platform_version: isWasi ? "0.0.0" : "#1",
    platform_python_implementation: "CPython",
    implementation_name: "cpython",
    implementation_version: fullVersion,
    python_full_version: fullVersion,
    python_version: python,
  };
}

// PEP 508, "Environment Markers": versions where both sides are, strings otherwise.
function compareMarker(left, operator, right) {
  if (operator === "in") return right.includes(left);
  if (operator === "not in") return !right.includes(left);
  if (operator === "===") return left.toLowerCase() === right.toLowerCase();
  const result = compareAsVersions(left, operator, right);
  if (result !== null) return result;
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  throw new Unsupported(`tools differ on the order of texts: ${left} ${operator} ${right}`);
}

function tokenizeMarker(marker) {
  const token = /\s*(not\s+in\b|[a-z_]+|===|[~=!<>]=|[<>()]|"[^"]*"|'[^']*')\s*/y;
  const tokens = [];
  while (token.lastIndex < marker.length) {
    const match = token.exec(marker);
    if (!match) throw new Unsupported("the marker is not as in PEP 508");
    tokens.push(match[1].replace(/^not\s+in$/, "not in"));
  }
  return tokens;
}

const OPERATORS = new Set(["in", "not in", "===", "==", "!=", "<=", ">=", "<", ">", "~="]);

// PEP 508's grammar by recursive descent; `and` binds closer than `or`.
function evaluateMarker(marker, values) {
  const tokens = tokenizeMarker(marker);
  const takeIf = (expected) => tokens[0] === expected && tokens.shift() !== undefined;
  const fail = (token) => {
    throw new Unsupported(`the marker has ${token ?? "its end"} where PEP 508 has something else`);
  };
  const operand = () => {
    const token = tokens.shift();
    if (/^["']/.test(token)) return token.slice(1, -1);
    return Object.hasOwn(values, token) ? values[token] : fail(token);
  };
  const comparison = () => {
    if (takeIf("(")) {
      const inner = disjunction();
      return takeIf(")") ? inner : fail(tokens[0]);
    }
    const left = operand();
    const operator = tokens.shift();
    if (!OPERATORS.has(operator)) fail(operator);
    return compareMarker(left, operator, operand());
  };
  const chain = (word, part, combine) => {
    let result = part();
    while (takeIf(word)) result = combine(result, part());
    return result;
  };
  const conjunction = () => chain("and", comparison, (a, b) => a && b);
  const disjunction = () => chain("or", conjunction, (a, b) => a || b);
  const result = disjunction();
  return tokens.length ? fail(tokens[0]) : result;
}

// PEP 9999, markers-target. No extra is asked for, so `extra` is the empty string.
const dependency = (request) => evaluateMarker(request.marker, { ...markers(request), extra: "" });

// -- The exchange (INTERPRETING.md) ---------------------------------------------------------

const KINDS = new Map(
  Object.entries({ parse, environment, build, select, index, markers, dependency }),
);

function answer(line) {
  let id = null;
  try {
    const request = JSON.parse(line);
    id = request.id;
    if (request.suite !== "1") throw new Unsupported(`version ${request.suite} of the suite is not known`);
    const handler = KINDS.get(request.kind);
    if (!handler) throw new Unsupported(`the kind ${request.kind} is not known`);
    return { id, result: handler(request) };
  } catch (error) {
    return { id, [error instanceof Unsupported ? "unsupported" : "error"]: error.message };
  }
}

// Lines end with "\n" only: node:readline would also end one at U+2028, which JSON allows inside.
async function* readLines(stream) {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    yield* lines;
  }
  yield rest;
}

for await (const line of readLines(process.stdin)) {
  if (line.trim()) process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
