"""What symbols of other tools, and of papers, are called in a rule's text here.

Words (lower case), the symbols that are meant, and a sentence where a symbol is not enough. Words are those of Lava,
Brian2, NEST, Nengo, NxSDK and of the literature on STDP.
"""

from __future__ import annotations

_REWARD = 'A reward is the trace y3, driven by a third factor: connect(..., factors={"y3": node}).'
_TRACE = "Traces decay by themselves: LearningRule(..., x1=Trace(impulse, tau), y1=Trace(impulse, tau))."
_RATE = "Rates are numbers in the text, m * 2^e: 2^-4*x1*y0."
_LIMIT = "Weights stay in the range of their sign mode by themselves: 0..255, -255..0, or -256..254 if mixed."
_CLOCK = "Rules know no time: x0 and y0 are the spikes, u0..u9 every 2^k-th epoch, t_epoch the steps of an epoch."
_NO_FUNCTION = "A rule is a sum of products with sgn() alone, nothing is evaluated as Python."

WORDS: tuple[tuple[str, str, str], ...] = (
    ("r r0 r1 r2 reward rewards dopamine da reinforcement mod modulator error err e_post delta_e", "y3", _REWARD),
    ("apre a_pre pretrace pre_trace trace_pre x_pre xpre x_tr tr_pre k_plus r_pre xbar x_bar x_trace", "x1", _TRACE),
    ("apost a_post posttrace post_trace trace_post x_post y_post ypost tr_post k_minus r_post ybar y_bar y_trace", "y1",
     _TRACE),
    ("pre s_pre pre_spike spike_pre prespike spre on_pre x s_in pre_s x_spike", "x0", ""),
    ("post s_post post_spike spike_post postspike spost on_post y s_out post_s y_spike", "y0", ""),
    ("x_0 x00", "x0", ""), ("y_0 y00", "y0", ""), ("x_1", "x1", ""), ("x_2", "x2", ""), ("y_1", "y1", ""),
    ("y_2", "y2", ""), ("y_3", "y3", ""), ("x3 x4", "x1 x2", "There are two presynaptic traces."),
    ("y4 y5", "y1 y2 y3", "There are three postsynaptic traces."),
    ("weight weights wgt wt w_ij wij w0 g gsyn g_syn w_syn", "w", ""),
    ("delay delays dly", "d", ""),
    ("tag tags elig eligibility e trace_e c", "t", "An eligibility trace is the tag, changed by LearningRule(dt=...)."),
    ("w_max wmax w_min wmin gmax g_max w_lim", "", _LIMIT),
    ("clip max min minimum maximum clamp", "", _LIMIT),
    ("eta lr alpha gamma mu a_plus a_minus aplus aminus ap am a a2_plus a2_minus a3_plus a3_minus a2p a2m "
     "learning_rate rate k lambda beta", "", _RATE),
    ("tau tau_plus tau_minus taup taum tau_pre tau_post taupre taupost exp", "", _TRACE),
    ("dt t_pre t_post tpre tpost time timestep now delta_t deltat dw dd t_epoch u", "x0 y0 u0", _CLOCK),
    ("abs sqrt log sin cos tanh heaviside step int round sum mean where if and or not", "", _NO_FUNCTION),
)  # fmt: skip

MARKS = {
    "/": "Write 2^-n to divide by a power of 2.",
    "=": "Give the right-hand side alone: LearningRule(dw=\"2^-2*x1*y0\").",
    ":": "Give the right-hand side alone: LearningRule(dw=\"2^-2*x1*y0\").",
    "<": "There are no conditions; sgn(x1 - 3) is -1, 0 or 1.",
    ">": "There are no conditions; sgn(x1 - 3) is -1, 0 or 1.",
    **dict.fromkeys("[]{}", "Brackets are ( and )."),
    **dict.fromkeys("\u00b7\u00d7\u2219", "Multiply with *."),
    **dict.fromkeys("\u2212\u2013", "Subtract with -."),
    ",": "A decimal point is a point; every product is added with + or -.",
}  # fmt: skip


def meant_by(name: str) -> tuple[tuple[str, ...], str]:
    """The symbols that a word of another tool stands for, and a sentence about it.

    Examples
    --------
    >>> meant_by("Apre")[0], meant_by("w_max")[0]
    (('x1',), ())
    """
    folded = name.casefold()
    for words, meant, advice in WORDS:
        if folded in words.split():
            return tuple(meant.split()), advice
    head, _, rest = folded.partition("_")
    if rest and head in ("x1", "x2", "y1", "y2", "y3"):
        return (head,), ""
    if folded.startswith("u") and folded[1:].isdigit():
        return (), "Epochs go up to u9, every 512th; t_epoch makes them longer."
    return (), ""
