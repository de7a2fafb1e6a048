"""The schedule of a group of kernels: the order of their calls, and the buffers through which messages go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from lava_api.magma.compiler.process_graph import Link
from lava_api.magma.kernels.leaf_calls import Call
from lava_api.magma.kernels.message_types import arriving, is_int16
from lava_api.magma.kernels.messages import KINDS, Feed, Message
from lava_api.magma.kernels.scheduled import Clearing, Scheduled
from lava_api.magma.kernels.wanted import DATA, EVENTS
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Array, Description, SourceLists, Table, aligned

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort
    from lava_api.magma.core.process.process import AbstractProcess

Processes = dict["AbstractProcess", list["AbstractProcess"]]


def after(members: list[AbstractProcess], needs: Processes) -> list[AbstractProcess]:
    """Return members so that each comes after those it needs; where a loop forbids it, in the given order."""
    inside, done, order = set(members), set(), []
    for start in members:  # depth first, by a stack of its own: chains may be longer than Python recurses
        stack = [(start, iter(needs[start]))]
        if start in done:
            continue
        done.add(start)
        while stack:
            process, rest = stack[-1]
            for other in rest:
                if other in inside and other not in done:
                    done.add(other)
                    stack.append((other, iter(needs[other])))
                    break
            else:
                order.append(process)
                stack.pop()
    return order


class SubgraphSchedule:
    """Puts the calls of a group of kernels into order, and gives every message its buffer.

    `incoming` has the links by their target port; `from_links` and `from_pipes` have the messages that take what
    arrives from outside the group, by link and by port with an external pipe.
    """

    def __init__(
        self,
        kernels: Mapping[AbstractProcess, Scheduled],
        incoming: dict[InPort, list[Link]],
        from_links: dict[Link, Message],
        from_pipes: dict[InPort, Message],
    ) -> None:
        self.kernels = kernels
        self.incoming = incoming
        self.from_links = from_links
        self.from_pipes = from_pipes
        self.messages: dict[OutPort, Message] = {}
        self.copies: list[Call] = []  # of messages, which begin a step
        self.calls_of: dict[AbstractProcess, list[Call]] = {}
        self.sources: Processes = {process: [] for process in kernels}
        self.targets: Processes = {process: [] for process in kernels}
        for link in (link for links in incoming.values() for link in links if self._inside(link)):
            self.sources[link.target.process].append(link.source.process)
            self.targets[link.source.process].append(link.target.process)
        # Those that send first have read their inputs when the next step begins; among them those that receive from
        # others come first, as far as loops allow, so that no copy of a message is needed.
        receivers = [p for p in kernels if not kernels[p].sends_first]
        senders = [p for p in kernels if kernels[p].sends_first]
        self.order = after(receivers, self.sources) + after(senders, self.targets)
        self._readers = Counter(link.source for links in incoming.values() for link in links)
        self._prepared: dict[AbstractProcess, dict[str, tuple[list[Call], Feed]]] = {}
        self._place = {process: k for k, process in enumerate(self.order)}
        for process in self.order:
            for name, message in kernels[process].outputs().items():
                self.messages[getattr(process, name)] = message

    def _inside(self, link: Link) -> bool:
        both = link.source.process in self.kernels and link.target.process in self.kernels
        return both and link not in self.from_links

    def calls(self) -> list[Call]:
        """Return the calls of a step in order; copies of messages come first."""
        self._prepared = {process: self._feeds(process) for process in self.order}
        return self.again(self.order)

    def again(self, processes: Iterable[AbstractProcess]) -> list[Call]:
        """Ask kernels for their calls, perhaps again; return the calls of a step in order."""
        for process in processes:
            prepared = self._prepared[process]
            calls = self.calls_of[process] = [call for before, _ in prepared.values() for call in before]
            calls += self.kernels[process].calls({name: feed for name, (_, feed) in prepared.items()})
            self.kernels[process].recast = False
        return self.copies + [call for process in self.order for call in self.calls_of[process]]

    def _feeds(self, process: AbstractProcess) -> dict[str, tuple[list[Call], Feed]]:
        """Return for each input the calls that prepare it, and what they prepare."""
        found, kernel = {}, self.kernels[process]
        for port in process.in_ports:
            links = self.incoming.get(port, [])
            d_type = arriving(port, links)
            want, kind = kernel.wants(port.name, d_type)
            before, feed = self._feed(port, links, want, kind)
            if isinstance(kernel, Clearing) and kernel.clears(port.name, kind):
                feed.cleared = self._is_left_to(feed, links)
            if is_int16(port, d_type, links):
                before, feed = _low_bits(before, feed, kernel.int16_bits)
            found[port.name] = before, feed
        return found

    def _feed(self, port: InPort, links: list[Link], want: str, kind: int) -> tuple[list[Call], Feed]:
        parts = [(self._source(link), link.index) for link in links]
        if port in self.from_pipes:
            parts.insert(0, (self.from_pipes[port], None))  # first, as Python models sum: floats depend on the order
        if not parts:
            return [], Feed(aligned(port.size, KINDS[kind]), SourceLists(port.size + 1), kind)
        first, index = parts[0]
        direct = len(parts) == 1 and index is None
        if direct and want == EVENTS and first.lists is not None and first.kept is None:
            first.list_wanted = True
            return [], Feed(None, first.lists, kind)
        for message, _ in parts:
            message.wanted = True  # a sender whose list alone is read leaves its array as it is
        before: list[Call] = []
        if direct and first.kind == kind:
            data = first.data if first.kept is None else first.kept
        else:
            data = aligned(port.size, KINDS[kind])
            before.append(_sum(data, kind, parts))
        lists = None
        if want != DATA:
            lists = first.lists if direct and first.kept is None else None
            first.list_wanted |= lists is not None
            if lists is None:
                lists = SourceLists(port.size + 1)
                before.append(_events(data, kind, lists))
        return before, Feed(data, lists, kind)

    def _is_left_to(self, feed: Feed, links: list[Link]) -> bool:
        """Return whether a sum is for one reader alone, who may clear it; its sender need not, then."""
        port = links[0].source if links else None
        message = None if port is None else self.messages.get(port)
        if port is None or message is None or feed.array is not message.data:
            return False
        message.cleared = message.summed and self._readers[port] == 1 and not port.external_pipe_flag
        return message.cleared

    def _source(self, link: Link) -> Message:
        """Return the message of a link, a copy of it when its sender goes on before its receiver has read it."""
        if link in self.from_links:
            return self.from_links[link]
        message = self.messages[link.source]
        source, target = link.source.process, link.target.process
        sender = self.kernels[source]
        if not (sender.sends_first and self._place[target] >= self._place[source]):
            return message
        if message.kept is None:
            message.kept = aligned(message.size, KINDS[message.kind])
            d = Description(at.COPY)
            d.source, d.out, d.size = message.data, message.kept, message.kept.nbytes
            self.copies.append(("messages:copy", d))
        kept = Message(message.shape, message.d_type, data=message.kept)
        kept.wanted = True
        return kept


def _sum(data: Array, kind: int, parts: Iterable[tuple[Message, Array | None]]) -> Call:
    listed = list(parts)
    d = Description(at.SUM)
    d.out, d.n, d.kind = data, data.size, kind
    d.parts, d.part_count = Table(at.PART, len(listed)), len(listed)
    for part, (message, index) in zip(d.parts, listed, strict=True):
        part.source, part.kind, part.length = message.data, message.kind, message.size
        part.index = None if index is None else np.ascontiguousarray(index.reshape(-1), np.int64)
    return "messages:total", d


def _low_bits(before: list[Call], feed: Feed, bits: int) -> tuple[list[Call], Feed]:
    """Return a feed of int32 that holds the lower bits of int16, and the calls that prepare it."""
    data = aligned(feed.data.size, KINDS[at.I32])
    d = Description(at.NARROW)
    d.source, d.out, d.n, d.bits = feed.data, data, data.size, bits
    return [*before, ("messages:narrow", d)], Feed(data, None, at.I32)


def _events(data: Array, kind: int, lists: SourceLists) -> Call:
    d = Description(at.EVENTS)
    lists.describe(d)
    d.message, d.kind, d.n = data, kind, data.size
    return "messages:events", d
