"""A kernel whose widgets are driven as a front end drives them: by comm messages."""

import os
from contextlib import contextmanager
from unittest import mock

from jupyter_client.manager import KernelManager


class Driver:
    """Talks to one kernel."""

    def __init__(self, client):
        self.client = client

    def run(self, code, timeout=120):
        """Execute code; return what it printed, and fail on an error."""
        printed = []

        def hook(message):
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=hook, store_history=False)
        assert reply["content"]["status"] == "ok", "\n".join(reply["content"].get("traceback", []))
        return "".join(printed).strip()

    def send(self, model, **data):
        """Send a comm message to a widget without waiting."""
        content = {"comm_id": model, "data": data}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))

    def slide(self, model, value):
        """Set a widget's value as the browser does."""
        self.send(model, method="update", state={"value": value}, buffer_paths=[])

    def choose(self, model, index):
        """Choose an entry of a dropdown by its number."""
        self.send(model, method="update", state={"index": index}, buffer_paths=[])

    def click(self, model):
        """Click a button."""
        self.send(model, method="custom", content={"event": "click"})

    def seen(self, rest_s=0.3):
        """Let the kernel's event loop run for a while; list (model, state, buffers) of what widgets sent until then."""
        asked = self.client.execute(f"import asyncio; await asyncio.sleep({rest_s})", store_history=False)
        updates = []
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            content, data = message["content"], message["content"].get("data", {})
            if message["msg_type"] == "comm_msg" and data.get("method") == "update":
                updates.append((content["comm_id"], data["state"], [bytes(part) for part in message["buffers"]]))
            if content.get("execution_state") == "idle" and message["parent_header"].get("msg_id") == asked:
                return updates


@contextmanager
def kernel():
    """Start a kernel of this environment, and end it afterwards."""
    with mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1", "COURSE_DOWNLOAD": "0"}):
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        yield Driver(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
