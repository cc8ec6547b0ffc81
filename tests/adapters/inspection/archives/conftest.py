"""Archives that are dear to make."""

import ctypes

import pytest
from libarchive import ffi


@pytest.fixture(scope="session")
def aes_zip():
    """A zip with one file that is encrypted by AES-256: octets, password, content."""
    content, word, room = b"the order is attached", "geheim", ctypes.create_string_buffer(4096)
    used = ctypes.c_size_t()
    writer = ffi.write_new()
    ffi.get_write_format_function("zip")(writer)
    ffi.write_set_options(writer, b"encryption=aes256")
    ffi.write_set_passphrase(writer, word.encode())
    ffi.write_open_memory(writer, room, len(room), ctypes.byref(used))
    entry = ffi.entry_new()
    ffi.entry_update_pathname_utf8(entry, b"secret.txt")
    ffi.entry_set_size(entry, len(content))
    ffi.entry_set_filetype(entry, 0o100000)
    ffi.write_header(writer, entry)
    ffi.write_data(writer, content, len(content))
    ffi.write_close(writer)
    ffi.entry_free(entry)
    ffi.write_free(writer)
    return room.raw[: used.value], word, content
