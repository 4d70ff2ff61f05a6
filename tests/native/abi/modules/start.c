/* crt1-command.o for a sysroot that comes without it: what any crt1 does, no more. */
void __wasm_call_ctors(void);
void __wasm_call_dtors(void);
int __main_void(void);
_Noreturn void __wasi_proc_exit(int);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int status = __main_void();
    __wasm_call_dtors();
    if (status)
        __wasi_proc_exit(status);
}
