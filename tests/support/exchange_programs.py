"""A chain that takes data from the program around and hands data to it, and ways to run it."""

import numpy as np
from lava_kernels import models_run

from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.extractor import Extractor, VarWire
from lava_api.proc.io.injector import Injector
from lava_api.proc.sdn.process import Sigma

FLOAT = Loihi2SimCfg(select_tag=None)


def with_models(kernels, function, *arguments):
    """Call a function; stock models are kernels, or Python."""
    with models_run(kernels):
        return function(*arguments)


def chain(**options):
    """An injector, synapses, neurons that sum up, an extractor, and a wire on the neurons."""
    injector, extractor, wire = Injector(shape=(1,), **options), Extractor(shape=(1,), **options), VarWire(**options)
    dense, sigma = Dense(weights=np.eye(1), num_message_bits=8), Sigma(shape=(1,))
    injector.out_port.connect(dense.s_in)
    dense.a_out.connect(sigma.a_in)
    sigma.s_out.connect(extractor.in_port)
    wire.connect_var(sigma.sigma)
    injector.create_runtime(FLOAT)
    return injector, extractor, wire


def service(process):
    (found,) = process.runtime._assembly.services
    return found
