"""What does a header field say once the transport's dots and the folds are off (RFC 5321 §4.5.2, RFC 5322 §2.2.3)?"""

from gatepost.model.message import Field
from gatepost.syntax.header import unstuffed


def plain_value(field: Field) -> bytes:
    """The value, unstuffed and unfolded, outer white space removed.

    `Field.value` is the same for nearly all fields, but leaves a dot where a fold was sent as `.` and a blank.
    """
    if b"\r\n." not in field.raw:
        return field.value
    return Field(field.name, unstuffed(field.raw)).value
