"""Which system calls may a process make that looks into messages? Their numbers on x86-64 and on 64-bit ARM."""

import platform

from msgspec import Struct

NUMBERS = {  # name: x86-64, aarch64; -1 where it does not exist
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "ioctl": (16, 29), "pread64": (17, 67), "readv": (19, 65),
    "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233), "dup": (32, 23),
    "nanosleep": (35, 101), "setitimer": (38, 103), "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "clone": (56, 220), "exit": (60, 93), "fcntl": (72, 25),
    "getcwd": (79, 17), "getrusage": (98, 165), "sigaltstack": (131, 132), "gettid": (186, 178), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "getdents64": (217, 61), "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "tgkill": (234, 131), "openat": (257, 56),
    "newfstatat": (262, 79), "readlinkat": (267, 78), "set_robust_list": (273, 99), "getrandom": (318, 278),
    "statx": (332, 291), "rseq": (334, 293), "clone3": (435, 435), "poll": (7, -1), "ppoll": (271, 73),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173),
    "stat": (4, -1), "lstat": (6, -1), "readlink": (89, -1), "open": (2, -1), "seccomp": (317, 277),
}  # fmt: skip

ALWAYS = """
    read futex mmap munmap madvise brk mremap mprotect write close fstat lseek clock_gettime pread64 readv writev
    recvmsg sendmsg recvfrom sendto poll ppoll rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack sched_yield
    sched_getaffinity nanosleep clock_nanosleep setitimer getpid getppid gettid getuid geteuid getgid getegid
    getrusage getrandom dup getcwd exit exit_group set_robust_list rseq
    """.split()
"""None of them names a thing outside of the process."""

LOOKING = "newfstatat statx stat lstat readlink readlinkat getdents64".split()
"""At files; where Landlock guards these they can do no harm."""


class Machine(Struct, frozen=True):
    """A processor's way to call the kernel.

    Args:
        audit: its number in `seccomp_data.arch`.
        column: of `NUMBERS`.
        other_abi: system call numbers from this on belong to another ABI of the same processor; 0 where none do.
    """

    audit: int
    column: int
    other_abi: int = 0

    def number(self, name: str) -> int:
        return NUMBERS[name][self.column]

    def numbers(self, names: list[str]) -> list[int]:
        return [number for name in names if (number := self.number(name)) >= 0]


MACHINES = {"x86_64": Machine(0xC000003E, 0, 0x40000000), "aarch64": Machine(0xC00000B7, 1)}


def this_machine() -> Machine | None:
    """None where the numbers are not known."""
    return MACHINES.get(platform.machine())
