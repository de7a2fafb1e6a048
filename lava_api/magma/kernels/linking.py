"""Linking: the order of a group's kernels, and how messages get from one to the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.compiler.program import Link
from lava_api.magma.kernels.base import DATA, EVENTS, Kernel
from lava_api.magma.kernels.messages import KINDS, Feed, Message
from lava_api.magma.kernels.plan import arriving, is_narrow
from loihi_emu.image.memory import Description, SourceLists, aligned
from loihi_emu.models.lava import messages as at

Call = tuple[str, Description]


def ordered(kernels: dict[Any, Kernel], links: list[Link]) -> list[Any]:
    """Return processes in the order of their calls: receivers of late senders after them, early senders last.

    Among early senders those that receive from others come first, as far as loops allow.
    """
    sources: dict[Any, list[Any]] = {process: [] for process in kernels}
    targets: dict[Any, list[Any]] = {process: [] for process in kernels}
    for link in links:
        source, target = link.source.process, link.target.process
        if source in kernels and target in kernels:
            sources[target].append(source)
            targets[source].append(target)
    late = [p for p in kernels if not kernels[p].early]
    early = [p for p in kernels if kernels[p].early]
    return _after(late, sources) + _after(early, targets)


def _after(members: list[Any], needs: dict[Any, list[Any]]) -> list[Any]:
    """Return members so that each comes after those it needs; where a loop forbids it, in the given order."""
    inside, done, order = set(members), set(), []
    for start in members:
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


class Linker:
    """Makes the calls of a group.

    Parameters
    ----------
    kernels : dict
        Kernel of each process of the group.
    incoming : dict
        Links by their target port.
    outside : dict
        Message that takes what arrives by a link from outside the group.
    piped : dict
        Message that takes what arrives through the external pipe of a port.

    Attributes
    ----------
    order : list
        Processes in the order of their calls.
    copies : list
        Calls that begin a step: copies of messages.
    own : dict
        Calls of each process.
    inner : list
        Links within the group.
    """

    def __init__(
        self,
        kernels: dict[Any, Kernel],
        incoming: dict[Any, list[Link]],
        outside: dict[Link, Message],
        piped: dict[Any, Message],
    ) -> None:
        self.kernels = kernels
        self.incoming = incoming
        self.outside = outside
        self.piped = piped
        self.messages: dict[Any, Message] = {}
        self.copies: list[Call] = []
        self.own: dict[Any, list[Call]] = {}
        self.inner = [link for links in incoming.values() for link in links if self._inside(link)]
        self.order = ordered(kernels, self.inner)
        self._place = {process: k for k, process in enumerate(self.order)}
        for process in self.order:
            for name, message in kernels[process].outputs().items():
                self.messages[getattr(process, name)] = message

    def _inside(self, link: Link) -> bool:
        return link.source.process in self.kernels and link.target.process in self.kernels and link not in self.outside

    def calls(self) -> list[Call]:
        """Return the calls of a step in order; copies of messages come first."""
        feeds = {process: self._feeds(process) for process in self.order}
        for process in self.order:
            own = self.own[process] = [call for before, _ in feeds[process].values() for call in before]
            own += self.kernels[process].calls({name: feed for name, (_, feed) in feeds[process].items()})
        return self.copies + [call for process in self.order for call in self.own[process]]

    def _feeds(self, process: Any) -> dict[str, tuple[list[Call], Feed]]:
        """Return for each input the calls that prepare it, and what they prepare."""
        found = {}
        for port in process.in_ports:
            links = self.incoming.get(port, [])
            d_type = arriving(port, links)
            want, kind = self.kernels[process].wants(port.name, d_type)
            before, feed = self._feed(port, links, want, kind)
            if is_narrow(port, d_type, links):
                before, feed = _narrowed(before, feed, self.kernels[process].narrow)
            found[port.name] = before, feed
        return found

    def _feed(self, port: Any, links: list[Link], want: str, kind: int) -> tuple[list[Call], Feed]:
        parts = [(self._source(link), link.index) for link in links]
        if port in self.piped:
            parts.insert(0, (self.piped[port], None))
        if not parts:
            return [], Feed(aligned(port.size, KINDS[kind]), SourceLists(port.size + 1, False), kind)
        first, index = parts[0]
        direct = len(parts) == 1 and index is None
        if direct and want == EVENTS and first.lists is not None and first.kept is None:
            return [], Feed(None, first.lists, kind)
        for message, _ in parts:
            message.wanted = True
        before: list[Call] = []
        if direct and first.kind == kind:
            data = first.data if first.kept is None else first.kept
        else:
            data = aligned(port.size, KINDS[kind])
            before.append(_sum(data, kind, parts))
        lists = None
        if want != DATA:
            lists = first.lists if direct and first.kept is None else None
            if lists is None:
                lists = SourceLists(port.size + 1, False)
                before.append(_events(data, kind, lists))
        return before, Feed(data, lists, kind)

    def _source(self, link: Link) -> Message:
        """Return the message of a link, a copy of it when its sender goes on before its receiver has read it."""
        if link in self.outside:
            return self.outside[link]
        message = self.messages[link.source]
        source, target = link.source.process, link.target.process
        sender = self.kernels[source]
        if not (sender.early and self._place[target] >= self._place[source]):
            return message
        if message.kept is None:
            message.kept = aligned(message.size, KINDS[message.kind])
            d = Description(at.COPY_WORDS)
            d.point(at.C_FROM, message.data)
            d.point(at.C_TO, message.kept)
            d.words[at.C_BYTES] = message.kept.nbytes
            self.copies.append(("messages:copy", d))
        kept = Message(message.shape, message.d_type, data=message.kept)
        kept.wanted = True
        return kept


def _sum(data: Any, kind: int, parts: Iterable[tuple[Message, Any]]) -> Call:
    """Return the call that sums up messages."""
    listed = list(parts)
    d = Description(at.S_TABLE + len(listed) * at.PART_WORDS)
    d.point(at.S_OUT, data)
    d.words[at.S_N], d.words[at.S_KIND], d.words[at.S_PARTS] = data.size, kind, len(listed)
    for k, (message, index) in enumerate(listed):
        word = at.S_TABLE + k * at.PART_WORDS
        d.point(word + at.SOURCE, message.data)
        d.words[word + at.KIND], d.words[word + at.LENGTH] = message.kind, message.size
        d.point(word + at.INDEX, None if index is None else np.ascontiguousarray(index.reshape(-1), np.int64))
    return "messages:total", d


def _narrowed(before: list[Call], feed: Feed, bits: int) -> tuple[list[Call], Feed]:
    """Return a feed of the lower bits of int32, and the calls that prepare it."""
    data = aligned(feed.data.size, KINDS[at.I32])
    d = Description(at.NARROW_WORDS)
    d.point(at.N_FROM, feed.data)
    d.point(at.N_TO, data)
    d.words[at.N_SIZE], d.words[at.N_BITS] = data.size, bits
    return [*before, ("messages:narrow", d)], Feed(data, None, at.I32)


def _events(data: Any, kind: int, lists: SourceLists) -> Call:
    """Return the call that lists the non-zero elements of a message."""
    d = Description(at.EVENT_WORDS)
    lists.describe(d)
    d.point(at.E_MESSAGE, data)
    d.words[at.E_KIND], d.words[at.E_N] = kind, data.size
    return "messages:events", d
