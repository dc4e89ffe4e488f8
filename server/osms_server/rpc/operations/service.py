"""The whole service, put together from its parts."""

from __future__ import annotations

from osms.entitlement.v1 import operations_service_pb2_grpc as pb_grpc
from osms_server.rpc.operations.approval import ApprovalPart
from osms_server.rpc.operations.overlays import OverlayPart
from osms_server.rpc.operations.repair import RepairPart
from osms_server.rpc.operations.watching import WatchingPart


class OperationsService(
    RepairPart,
    ApprovalPart,
    OverlayPart,
    WatchingPart,
    pb_grpc.OperationsServiceServicer,
):
    """Runs the register."""
