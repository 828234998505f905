"""Who may reach which kernel: the sitting it was started for, and nobody else."""

from typing import Any

from jupyter_server.auth import Authorizer, User

from workbook.server.web.identity import Guest


class KernelOwners(Authorizer):
    """Denies by default; allows a sitting to talk to its own kernel."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        if (action, resource) != ("execute", "kernels") or not isinstance(user, Guest):
            return False
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        return bool(handler.kernel_manager.belongs_to(kernel_id, user.actor))
