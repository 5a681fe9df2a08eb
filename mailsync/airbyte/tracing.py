"""Our errors as the platform's: config_error, transient_error or system_error, each with a sentence for the user."""

from __future__ import annotations

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from mailsync.errors import MailsyncError


def traced(error: Exception) -> AirbyteTracedException:
    """The platform's form of any error. What we did not raise on purpose is a bug, and its text may hold data: only its type is told."""
    if isinstance(error, AirbyteTracedException):
        return error
    if isinstance(error, MailsyncError):
        return AirbyteTracedException(
            message=str(error), internal_message=f"{type(error).__name__}: {error}", failure_type=FailureType(error.failure_type), exception=error
        )
    return AirbyteTracedException(
        message=f"A fault in this connector ({type(error).__name__}). Please report it with the lines before this one.",
        internal_message=_place(error),
        failure_type=FailureType.system_error,
    )


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else "an unknown place"
    return f"{type(error).__name__} at {where}"
