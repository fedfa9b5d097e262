//! Minimal Linux programs and libraries.

pub(super) const X86_64: u16 = 62;
pub(super) const ARM64: u16 = 183;

/// A library with only a header, which names the processor.
pub(super) fn library(machine: u16) -> Vec<u8> {
    header(machine, 0, 0)
}

/// A program with musl's loader.
pub(super) fn of_musl(machine: u16) -> Vec<u8> {
    let interpreter = b"/lib/ld-musl-x86_64.so.1\0";
    let mut file = header(machine, 1, 0);
    file.extend(segment(3, 120, interpreter.len()));
    file.extend(interpreter);
    file
}

/// A library that requires a version of glibc, such as `GLIBC_2.38`.
pub(super) fn linked(machine: u16, version: &str) -> Vec<u8> {
    let names = format!("\0libc.so.6\0{version}\0");
    let (dynamic, strings) = (176, 224);
    let needed = strings + names.len().next_multiple_of(8);
    let mut file = header(machine, 2, needed + 32);
    file.extend(segment(1, 0, needed + 32));
    file.extend(segment(2, dynamic, 48));
    // The string table, its size, and the end.
    for (tag, value) in [(5, strings as u64), (10, names.len() as u64), (0, 0)] {
        file.extend([u64::to_le_bytes(tag), value.to_le_bytes()].concat());
    }
    file.extend(names.as_bytes());
    file.resize(needed, 0);
    // One library, with one required version.
    file.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    file.extend([1_u32, 16, 0].map(u32::to_le_bytes).concat());
    file.extend([0_u32, 0, 11, 0].map(u32::to_le_bytes).concat());
    file.extend([0; 64]);
    file.extend(section_of_needed_versions(needed));
    file
}

fn header(machine: u16, segments: u16, sections_at: usize) -> Vec<u8> {
    let sections: u16 = if sections_at == 0 { 0 } else { 2 };
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend([3, machine, 1, 0].map(u16::to_le_bytes).concat());
    file.extend([0, 64, sections_at as u64].map(u64::to_le_bytes).concat());
    file.extend([0, 0, 64, 56, segments, 64, sections, 0].map(u16::to_le_bytes).concat());
    file
}

fn segment(kind: u32, at: usize, size: usize) -> Vec<u8> {
    let (at, size) = (at as u64, size as u64);
    [[kind, 4].map(u32::to_le_bytes).concat(), [at, at, at, size, size, 8].map(u64::to_le_bytes).concat()].concat()
}

fn section_of_needed_versions(at: usize) -> Vec<u8> {
    let mut section = [0, 0x6fff_fffe].map(u32::to_le_bytes).concat();
    section.extend([0, 0, at as u64, 32].map(u64::to_le_bytes).concat());
    section.extend([0_u32, 1].map(u32::to_le_bytes).concat());
    section.extend([8_u64, 0].map(u64::to_le_bytes).concat());
    section
}
