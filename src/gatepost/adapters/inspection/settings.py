"""What can be set of the inspection of messages: `[inspection]`."""

import os

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.wire import Orders
from gatepost.mime.part import Limits
from gatepost.syntax.units import Duration, Size

MIB = 1024**2


class InspectionSettings(BaseModel):
    """Section `[inspection]`: how much may be spent on looking into one message, and by how many processes.

    What is too much for a budget is never taken for harmless: the message counts as one that could not be looked into.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    processes: int = Field(
        0, ge=0, le=64,
        description="Processes that each worker has for looking into messages; they are started when they are needed. "
        "0: one for each processor.",
    )  # fmt: skip
    waiting: int = Field(
        64, ge=1, le=10_000,
        description="Messages of one worker that may wait for a process; for one more the inspection is unavailable.",
    )  # fmt: skip
    patience: Duration = Field(
        20.0, gt=0, le=300, description="Longest time that a message waits for a process; then it is unavailable."
    )
    time: Duration = Field(10.0, gt=0, le=300, description="Longest time for one message; then its process is killed.")
    cpu: Duration = Field(4.0, gt=0, le=300, description="Processor time for one message.")
    memory: Size = Field(
        512 * MIB, ge=128 * MIB, le=16 * 1024 * MIB, description="Memory that a process may have for its data."
    )
    messages: int = Field(
        200, ge=1, le=100_000, description="Messages that one process looks into; then a new one takes its place."
    )
    header: Size = Field(
        256 * 1024, ge=4096, le=4 * MIB, description="Longest header block of a part; the rest of it is not read."
    )
    parts: int = Field(1000, ge=10, le=100_000, description="Most parts of one message, in all readings together.")
    depth: int = Field(
        20, ge=2, le=100,
        description="How deep multiparts and messages, and how deep archives and documents, may be in each other.",
    )  # fmt: skip
    unpacked: Size = Field(
        128 * MIB, ge=MIB, le=4096 * MIB, description="What may be unpacked from one message, all together."
    )
    ratio: int = Field(
        200, ge=10, le=100_000,
        description="Octets that one octet of an archive may unpack to, once `ratio_from` have come out of it.",
    )  # fmt: skip
    ratio_from: Size = Field(
        8 * MIB, ge=64 * 1024, le=1024 * MIB, description="What an archive may give whatever its ratio is."
    )
    members: int = Field(5000, ge=10, le=1_000_000, description="Most files in all archives of one message together.")

    @model_validator(mode="after")
    def fits_together(self) -> "InspectionSettings":
        if self.cpu > self.time:
            raise ValueError("cpu is longer than time: it could never be used up")
        if self.memory < 2 * self.unpacked:
            raise ValueError("memory is less than twice what may be unpacked: set one of memory and unpacked otherwise")
        return self

    def orders(self, rules: tuple[str, ...] = ()) -> Orders:
        """`rules`: directories with rules of the operator's."""
        allowance = Allowance(
            octets=self.unpacked, ratio=self.ratio, free=self.ratio_from, members=self.members, depth=self.depth,
            seconds=self.cpu,
        )  # fmt: skip
        limits = Limits(header=self.header, parts=self.parts, depth=self.depth)
        return Orders(allowance=allowance, limits=limits, memory=self.memory, rules=rules, messages=self.messages)

    def most_processes(self) -> int:
        return self.processes or len(os.sched_getaffinity(0))
