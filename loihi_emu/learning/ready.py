"""Rules that are ready to use; each returns a :class:`LearningRule`, whose text shows what it does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.learning.constants import held, split
from loihi_emu.learning.rule import LearningRule, Trace
from loihi_emu.numeric import finite, integer, ranged

IMPULSE = 16
MOST_TARGET = 127


def amplitude(where: str, name: str, value: Any) -> str:
    """A constant as text; an error names the values near it that the chip's constants can hold.

    Examples
    --------
    >>> amplitude("pair_stdp", "a_plus", 0.25), amplitude("pair_stdp", "a_plus", 3)
    ('2^-2', '3')
    """
    array = finite(where, name, value)
    if array.ndim:
        raise invalid(where, name, f"an array of shape {array.shape}", "one number")
    ranged(where, name, array, 0, float(held()[-1]), "The sign is the rule's.")
    exact = Fraction(float(array))
    found = split(exact)
    if found is None:
        below = max(v for v in held() if v < exact)
        above = min(v for v in held() if v > exact)
        near = f"Near it are {float(below):.6g} and {float(above):.6g}."
        raise invalid(where, name, value, "m * 2^e with m in 0..7 and e in -7..8", advice=near)
    mantissa, exponent = found
    if exponent == 0 or mantissa == 0:
        return str(mantissa)
    power = f"2^{exponent}"
    return power if mantissa == 1 else f"{mantissa}*{power}"


@known_keywords
def pair_stdp(
    a_plus: float = 0.25,
    a_minus: float = 0.25,
    tau_plus: float = 10,
    tau_minus: float = 10,
    *,
    impulse: float = IMPULSE,
    t_epoch: int = 1,
) -> LearningRule:
    """Pair STDP: ``dw = a_plus * x1 * y0 - a_minus * y1 * x0``.

    A presynaptic spike that comes before a postsynaptic one makes the weight larger by up to ``a_plus * impulse``, one
    that comes after makes it smaller.

    Parameters
    ----------
    a_plus, a_minus : float
        How strongly: m * 2^e with m in 0..7 and e in -7..8; an error names the values near another one.
    tau_plus, tau_minus : float
        Time constants of the presynaptic and the postsynaptic trace, in steps.
    impulse : float
        What a spike adds to a trace, 0..127; traces end at 127.
    t_epoch : int
        Steps from one change of weights to the next, 1..63.

    Examples
    --------
    >>> pair_stdp(0.25, 0.5).dw
    '2^-2*x1*y0 - 2^-1*y1*x0'
    """
    up, down = (amplitude("pair_stdp", name, value) for name, value in (("a_plus", a_plus), ("a_minus", a_minus)))
    x1, y1 = Trace(impulse, tau_plus), Trace(impulse, tau_minus)
    return LearningRule(dw=f"{up}*x1*y0 - {down}*y1*x0", x1=x1, y1=y1, t_epoch=t_epoch)


@known_keywords
def triplet_stdp(
    a2_plus: float = 0.125,
    a2_minus: float = 0.125,
    a3_plus: float = 0.0078125,
    a3_minus: float = 0.0078125,
    tau_plus: float = 10,
    tau_minus: float = 10,
    tau_x: float = 40,
    tau_y: float = 40,
    *,
    impulse: int = IMPULSE,
    t_epoch: int = 1,
) -> LearningRule:
    """Triplet STDP after Pfister and Gerstner (2006).

    ``dw = x1 y0 (a2_plus + a3_plus y2) - y1 x0 (a2_minus + a3_minus x2)``; the slow traces x2 and y2 count without the
    spike that reads them, as in the paper (their own impulse is subtracted, so `impulse` is whole).
    """
    impulse = integer("triplet_stdp", "impulse", impulse, 0, 127)
    values = {"a2_plus": a2_plus, "a2_minus": a2_minus, "a3_plus": a3_plus, "a3_minus": a3_minus}
    a = {name: amplitude("triplet_stdp", name, value) for name, value in values.items()}
    text = (
        f"{a['a2_plus']}*x1*y0 + {a['a3_plus']}*x1*(y2 - {impulse})*y0 "
        f"- {a['a2_minus']}*y1*x0 - {a['a3_minus']}*y1*(x2 - {impulse})*x0"
    )
    return LearningRule(
        dw=text, x1=Trace(impulse, tau_plus), x2=Trace(impulse, tau_x), y1=Trace(impulse, tau_minus),
        y2=Trace(impulse, tau_y), t_epoch=t_epoch,
    )  # fmt: skip


@known_keywords
def reward_stdp(
    a_plus: float = 0.25,
    a_minus: float = 0.25,
    rate: float = 0.0078125,
    forget: float = 0.0625,
    tau_plus: float = 10,
    tau_minus: float = 10,
    tau_reward: float = 10,
    *,
    impulse: float = IMPULSE,
    t_epoch: int = 1,
) -> LearningRule:
    """Reward-modulated STDP: pairings go into the tag, which decays; reward turns tags into weights.

    ``dt = a_plus x1 y0 - a_minus y1 x0 - forget t`` and ``dw = rate t y3``. Connect with ``factors={"y3": reward}``:
    every spike of that node is a reward, which fades with `tau_reward`. Spikes alone count, not their payloads:
    :func:`signed_reward_stdp` learns from rewards and punishments. Connecting without the factor is an error.
    """
    text, rate_text = _tagged("reward_stdp", a_plus, a_minus, rate, forget)
    return LearningRule(
        dw=f"{rate_text}*u0*t*y3", dt=text, x1=Trace(impulse, tau_plus), y1=Trace(impulse, tau_minus),
        y3=Trace(impulse, tau_reward), t_epoch=t_epoch, needs=("y3",),
    )  # fmt: skip


@known_keywords
def signed_reward_stdp(
    a_plus: float = 0.25,
    a_minus: float = 0.25,
    rate: float = 0.0078125,
    forget: float = 0.0625,
    tau_plus: float = 10,
    tau_minus: float = 10,
    *,
    impulse: float = IMPULSE,
    t_epoch: int = 1,
) -> LearningRule:
    """Reward-modulated STDP whose reward has a sign: pairings go into the tag, reward and punishment act on it.

    ``dt = a_plus x1 y0 - a_minus y1 x0 - forget t`` and ``dw = rate t y3`` in every epoch (Izhikevich 2007; Fremaux
    and Gerstner 2016). y3 is the reward itself: connect with ``factors={"y3": reward}``, an input whose payloads are
    the rewards, -128..127. A value is held until the next one, so an event of payload 0 ends it; in a dense array
    (steps, 1) every step has its value. With ``a_minus=0`` only "before" pairings become eligible.

    Widths: tags 9 bits with sign, y3 8 bits with sign, their product and `rate` 15 bits and sign, saturating, then the
    weight's 8 bits, rounded stochastically. Evidence: reward spikes with signed values, and further synaptic variables
    for eligibility, are named in Davies et al. 2018, without widths; that a value stays until the next is chosen.

    Examples
    --------
    >>> signed_reward_stdp(0.25, 0).dw
    '2^-7*u0*t*y3'
    >>> from loihi_emu import Network
    >>> net = Network()
    >>> pre, post = net.input("pre", 5, rate=0.1), net.population("post", 2, vth=200, dv=500)
    >>> steps, rewards = [100, 200], [60, -60]  # a reward at step 100, a punishment at 200, each for one step
    >>> times = steps + [t + 1 for t in steps]
    >>> reward = net.input("reward", 1, spikes=(times, [0] * 4), payloads=rewards + [0, 0])
    >>> net.connect(pre, post, 100, learning=signed_reward_stdp(), factors={"y3": reward}, sign_mode="excitatory")
    <Connection "pre->post": pre -> post, dense, 10 weights, excitatory, exponent 0, learns>
    """
    text, rate_text = _tagged("signed_reward_stdp", a_plus, a_minus, rate, forget)
    return LearningRule(
        dw=f"{rate_text}*u0*t*y3", dt=text, x1=Trace(impulse, tau_plus), y1=Trace(impulse, tau_minus), t_epoch=t_epoch,
        needs=("y3",),
    )  # fmt: skip


def _tagged(where: str, a_plus: float, a_minus: float, rate: float, forget: float) -> tuple[str, str]:
    """The rule of a tag that pairings write, and the rate of what reads it."""
    values = {"a_plus": a_plus, "a_minus": a_minus, "rate": rate, "forget": forget}
    a = {name: amplitude(where, name, value) for name, value in values.items()}
    return f"{a['a_plus']}*x1*y0 - {a['a_minus']}*y1*x0 - {a['forget']}*u0*t", a["rate"]


@known_keywords
def pes(rate: float = 0.0078125, tau: float = 10, *, impulse: float = 20.5) -> LearningRule:
    """PES, the prescribed error sensitivity of Nengo: ``dw = -rate * x1 * error`` every fourth step.

    As nengo-loihi's microcode has it: epochs of two steps, weights in every second one, the error in y1: connect with
    ``factors={"y1": error}``, an input of one value per postsynaptic neuron (-128..127, held until the next). Under
    rules "chip", rounding and traces are the chip's, so that learning agrees with nengo-loihi's on average, not bit by
    bit. Under rules "nengo_loihi" it agrees bit by bit, with that peer's habits: `rate` is its learning rate
    ``lr_int * 2^lr_exp``, of which a product of two factors loses two bits (a quarter of `rate` acts); an error holds
    for its step alone, so that of every fourth step counts; traces decay by ``exp(-2 / tau)`` every second step.
    """
    text = f"-{amplitude('pes', 'rate', rate)}*u1*x1*y1"
    return LearningRule(dw=text, x1=Trace(impulse, tau), t_epoch=2, needs=("y1",))


@known_keywords
def homeostatic(rule: LearningRule, rate: float = 0.03125, target: int = 0, every: int = 6) -> LearningRule:
    """The same rule with weights that also relax to `target`: ``- rate * (w - target)`` in every 2^every-th epoch.

    Examples
    --------
    >>> homeostatic(pair_stdp(), 0.125, target=100).dw
    '2^-2*x1*y0 - 2^-2*y1*x0 - 2^-3*u6*(w - 100)'
    """
    if not isinstance(rule, LearningRule):
        raise invalid("homeostatic", "rule", repr(rule), "a LearningRule")
    target = integer("homeostatic", "target", target, -MOST_TARGET, MOST_TARGET)
    every = integer("homeostatic", "every", every, 0, 9)
    shown = f"(w - {target})" if target > 0 else f"(w + {-target})" if target < 0 else "w"
    piece = f" - {amplitude('homeostatic', 'rate', rate)}*u{every}*{shown}"
    return replace(rule, dw=f"{rule.dw or ''}{piece}".strip())
