//! As direct.c, by Rust's own standard library: files are opened by it, then one by libc,
//! and that one is written to.
use std::fs::{read, remove_file, File};
use std::io::Write;
use std::mem::forget;
use std::os::wasi::io::FromRawFd;

const WRITE: i32 = 1 << 28;
const CREATE: i32 = 1 << 12;
const RIGHT: i32 = 0;
const FAILS: i32 = 1;
const WRONG: i32 = 2;

extern "C" {
    fn open(path: *const u8, flags: i32, ...) -> i32;
    fn close(file: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn probe_rust() -> i32 {
    let own: Vec<File> = (0..8).filter_map(|_| File::create("/own").ok()).collect();
    let number = unsafe { open(b"/theirs\0".as_ptr(), WRITE | CREATE, 0o600) };
    if own.len() < 8 || number < 0 {
        return FAILS;
    }
    let mut theirs = unsafe { File::from_raw_fd(number) };
    let written = theirs.write_all(b"four");
    forget(theirs);
    unsafe { close(number) };
    drop(own);
    let found = read("/theirs").unwrap_or_default();
    let _ = (remove_file("/own"), remove_file("/theirs"));
    match written {
        Err(_) => FAILS,
        Ok(()) => if found == b"four" { RIGHT } else { WRONG },
    }
}
