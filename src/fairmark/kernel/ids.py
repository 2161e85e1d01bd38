"""Ids: UUIDs of version 7 (RFC 9562), one type for each kind of thing, so that a task's id cannot pass as an item's.

Version 7 starts with the time in milliseconds: rows that are made together lie together in every index.
"""

import os
import time
from typing import NewType
from uuid import UUID

OrgId = NewType("OrgId", UUID)
PersonId = NewType("PersonId", UUID)
SessionId = NewType("SessionId", UUID)
KeyId = NewType("KeyId", UUID)
InvitationId = NewType("InvitationId", UUID)
WorkforceId = NewType("WorkforceId", UUID)
WorkerId = NewType("WorkerId", UUID)
ProjectId = NewType("ProjectId", UUID)
BatchId = NewType("BatchId", UUID)
AssetId = NewType("AssetId", UUID)
UploadId = NewType("UploadId", UUID)
ItemId = NewType("ItemId", UUID)
ImportId = NewType("ImportId", UUID)
TaskId = NewType("TaskId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
ReviewId = NewType("ReviewId", UUID)
ReviewSampleId = NewType("ReviewSampleId", UUID)
ResultId = NewType("ResultId", UUID)
QuestionId = NewType("QuestionId", UUID)
ThreadId = NewType("ThreadId", UUID)
CommentId = NewType("CommentId", UUID)
GoldId = NewType("GoldId", UUID)
CaseId = NewType("CaseId", UUID)
WebhookId = NewType("WebhookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
ExportId = NewType("ExportId", UUID)
JobId = NewType("JobId", UUID)


def new_id() -> UUID:
    """A fresh UUID version 7: 48 bits of Unix milliseconds, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return UUID(int=value)
