// Zig has no C library of its own, and here no header of one.
extern fn malloc(size: usize) ?[*]u8;
extern fn free(block: ?[*]u8) void;
extern fn strtol(text: [*:0]const u8, end: ?*[*:0]const u8, base: c_int) c_long;

const right = 0;
const fails = 1;
const wrong = 2;

export fn probe_zig() c_int {
    const block = malloc(64) orelse return fails;
    defer free(block);
    @memcpy(block[0..3], "42\x00");
    return if (strtol(@ptrCast(block), null, 10) == 42) right else wrong;
}
