// The order of what a search finds: the draft, then the guides and the other pages that
// people wrote, then what is made from data.
const WEIGHTS = [
  [/^pep\//, 24],
  [/^docs\/(guides\/|install$)/, 4],
  [/^docs\/(results|upstream|divergences)|^tests\//, 0.25],
];
var Scorer = {
  score: ([page, , , , score]) =>
    score * (WEIGHTS.find(([pattern]) => pattern.test(page)) ?? [, 1])[1],
  // The rest is Sphinx's own.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
