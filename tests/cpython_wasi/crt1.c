/* How a WASI command starts. The part of SDK 34 that is to be had has no crt1, and that of
 * another SDK does not link with its libc.a. */
extern void __wasm_call_ctors(void);
extern void __wasm_call_dtors(void);
extern int __main_void(void);
extern _Noreturn void __wasi_proc_exit(unsigned);

__attribute__((export_name("_start"))) void _start(void) {
    __wasm_call_ctors();
    int status = __main_void();
    __wasm_call_dtors();
    if (status) __wasi_proc_exit((unsigned)status);
}
