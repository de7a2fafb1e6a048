"""The names that Lava programs import are there."""

import importlib
import inspect
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api import _chip
from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava_api.proc.lif.process import LIF
from lava_api.utils import loihi

IMPORTS = """
lava.frameworks.loihi2 InputVec OutputVec GradedVec GradedDense GradedSparse ProductVec LIFVec NormalizeNet ResFireVec
lava.frameworks.loihi2 RunSteps RunContinuous Loihi2SimCfg Loihi2HwCfg
lava.lib.dl.netx blocks hdf5 modules utils
lava.lib.dl.netx.blocks.models AbstractPyBlockModel PyInputModel PyComplexInputModel PyDenseModel PyComplexDenseModel
lava.lib.dl.netx.blocks.models PyConvModel
lava.lib.dl.netx.blocks.process AbstractBlock Input Dense RecurrentDense ComplexDense ComplexInput Conv
lava.lib.dl.netx.hdf5 Network PyNetworkModel
lava.lib.dl.netx.sequential_modules AbstractSeqModule Quantize Dequantize FIFO
lava.lib.dl.netx.utils SYNAPSE_SIGN_MODE NetDict optimize_weight_bits num_delay_bits
lava.magma.compiler.compiler Compiler
lava.magma.compiler.exceptions NoProcessModelFound ProcessAlreadyCompiled
lava.magma.compiler.executable Executable
lava.magma.compiler.node Node NodeConfig
lava.magma.compiler.subcompilers.constants EMBEDDED_ALLOCATION_ORDER
lava.magma.compiler.subcompilers.nc partitionable
lava.magma.compiler.subcompilers.nc.ncproc_compiler CompilerOptions
lava.magma.core.callback_fx CallbackFx NxSdkCallbackFx IterableCallBack
lava.magma.core.decorator implements requires tag
lava.magma.core.model.c.model AbstractCProcessModel CLoihiProcessModel
lava.magma.core.model.c.ports CInPort COutPort CRefPort
lava.magma.core.model.c.type LavaCDataType LavaCType CInPort COutPort
lava.magma.core.model.interfaces AbstractPortImplementation
lava.magma.core.model.model AbstractProcessModel
lava.magma.core.model.nc.model AbstractNcProcessModel NcProcessModel NcLoihiProcessModel
lava.magma.core.model.nc.net NetL1 NetL2
lava.magma.core.model.nc.ports NcInPort NcOutPort
lava.magma.core.model.nc.tables Nodes
lava.magma.core.model.nc.type LavaNcType NcVar
lava.magma.core.model.nc.var NcVar
lava.magma.core.model.py.model AbstractPyProcessModel PyAsyncProcessModel PyLoihiModelToPyAsyncModel PyLoihiProcessModel
lava.magma.core.model.py.ports PyInPort PyOutPort PyRefPort PyVarPort PyInPortVectorDense PyOutPortVectorDense
lava.magma.core.model.py.ports IdentityTransformer VirtualPortTransformer
lava.magma.core.model.py.type LavaPyType
lava.magma.core.model.sub.model AbstractSubProcessModel
lava.magma.core.process.interfaces AbstractProcessMember
lava.magma.core.process.message_interface_enum ActorType
lava.magma.core.process.ports.connection_config ConnectionConfig SpikeIOInterface SpikeIOMode
lava.magma.core.process.ports.exceptions ConcatIndexError ConcatShapeError DuplicateConnectionError ReshapeError
lava.magma.core.process.ports.exceptions TransposeIndexError TransposeShapeError VarNotSharableError
lava.magma.core.process.ports.ports AbstractPort AbstractVirtualPort ConcatPort InPort OutPort RefPort VarPort
lava.magma.core.process.ports.ports TransposePort create_port_id
lava.magma.core.process.ports.reduce_ops ReduceSum
lava.magma.core.process.process AbstractProcess Collection LogConfig ProcessParameters ProcessServer
lava.magma.core.process.variable Var VarServer
lava.magma.core.resources AbstractComputeResource CPU ECPU LMT HeadNode NeuroCore Loihi1NeuroCore Loihi2NeuroCore
lava.magma.core.resources Loihi1System Loihi2System
lava.magma.core.run_conditions RunContinuous RunSteps
lava.magma.core.run_configs RunConfig Loihi1SimCfg Loihi2SimCfg Loihi1HwCfg Loihi2HwCfg
lava.magma.core.sync.domain SyncDomain
lava.magma.core.sync.protocol AbstractSyncProtocol
lava.magma.core.sync.protocols.async_protocol AsyncProtocol
lava.magma.core.sync.protocols.loihi_protocol LoihiProtocol
lava.magma.runtime.runtime Runtime
lava.networks.gradedvecnetwork GradedVec NormalizeNet
lava.networks.network AlgebraicMatrix AlgebraicVector Network NetworkList
lava.networks.resfire ResFireVec
lava.proc embedded_io io
lava.proc.atrlif.process ATRLIF
lava.proc.bit_check.process BitCheck
lava.proc.conv utils
lava.proc.conv.process Conv
lava.proc.conv_in_time.process ConvInTime
lava.proc.dense.models Dense PyDenseModelBitAcc PyDenseModelFloat AbstractPyDelayDenseModel
lava.proc.dense.models AbstractPyDenseModelBitAcc AbstractPyDenseModelFloat
lava.proc.dense.ncmodels NcModelDense
lava.proc.dense.process DelayDense Dense
lava.proc.embedded_io.spike NxToPyAdapter PyToNxAdapter PyToN3ConvAdapter
lava.proc.embedded_io.state Read ReadConv
lava.proc.graded.models inv_sqrt
lava.proc.graded.process GradedReluVec GradedVec InvSqrt NormVecDelay
lava.proc.io dataloader encoder extractor injector reset sink source utils
lava.proc.io.dataloader SpikeDataloader StateDataloader
lava.proc.io.encoder Compression DeltaEncoder
lava.proc.io.extractor Extractor PyLoihiExtractorModel PyLoihiVarWireModel VarWire
lava.proc.io.injector Injector PyLoihiInjectorModel
lava.proc.io.reset Reset
lava.proc.io.sink RingBuffer Read AbstractPyRead
lava.proc.io.source RingBuffer PySendModelFixed PySendModelFloat AbstractPyRingBuffer
lava.proc.lif.models AbstractPyLifModelFixed AbstractPyLifModelFloat PyLifModelBitAcc PyLifModelFloat
lava.proc.lif.ncmodels NcL2ModelLif NcModelLifHC
lava.proc.lif.process LIF LIFRefractory LIFReset TernaryLIF
lava.proc.monitor.models PyMonitorModel
lava.proc.monitor.process Monitor
lava.proc.prodneuron.process ProdNeuron
lava.proc.receiver.process Receiver Receiver32Bit
lava.proc.resfire.process RFZero
lava.proc.rf.process RF
lava.proc.rf_iz.process RF_IZ
lava.proc.s4d.process S4d SigmaS4dDelta SigmaS4dDeltaLayer
lava.proc.sdn.models PySigmaDeltaModelFixed
lava.proc.sdn.process ActivationMode Delta Sigma SigmaDelta
lava.proc.sparse.models Sparse PySparseModelFloat AbstractPyDelaySparseModel AbstractPySparseModelFloat
lava.proc.sparse.ncmodel NcModelSparse
lava.proc.sparse.process DelaySparse Sparse
lava.proc.spiker.models SpikerModel
lava.proc.spiker.process Spiker Spiker32bit
lava.utils loihi loihi2_profiler slurm
lava.utils.dataloader.mnist MnistDataset
lava.utils.loihi2_profiler Loihi2Activity Loihi2ExecutionTime Loihi2Memory Loihi2Power
lava.utils.loihi2_profiler_api Loihi2HWProfiler
lava.utils.loihi2_state_probes StateProbe
lava.utils.plots raster_plot
lava.utils.profiler Profiler
lava.utils.serialization load save
lava.utils.sparse find
lava.utils.system Loihi2
lava.utils.weightutils SignMode clip_weights determine_sign_mode optimize_weight_bits truncate_weights
"""
"""Module and names of each line; modules of learning are in the tests of learning."""

LINES = [line.split() for line in IMPORTS.split("\n") if line]


@pytest.fixture
def chip():
    """What Lava has with hardware alone is there."""
    loihi.use_virtual_chip()
    yield
    loihi.use_virtual_chip(False)
    _chip._asked = None


@pytest.mark.parametrize(
    ("module", "names"), [(first, rest) for first, *rest in LINES], ids=lambda x: x if isinstance(x, str) else ""
)
def test_names_can_be_imported(module, names, chip):
    real = importlib.import_module(module.replace("lava", "lava_api", 1))
    for name in names:
        found = getattr(real, name, None) or importlib.import_module(f"{real.__name__}.{name}")
        where = getattr(found, "__module__", found.__name__)
        assert where.startswith("lava_api."), f"{name} comes from {where}"


def processes():
    """Every process of the library, with what it needs to be made."""

    from lava_api.proc import atrlif, conv, dense, io, lif, rf, sdn, sparse  # noqa: F401

    weights = np.ones((2, 2))
    rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=10, tau_minus=10)
    return {
        "lif.process:LearningLIF": {"shape": (1,), "learning_rule": rule},
        "clp.prototype_lif.process:PrototypeLIF": {"shape": (1,), "learning_rule": rule},
        "dense.process:LearningDense": {"weights": weights, "learning_rule": rule},
        "sparse.process:LearningSparse": {"weights": csr_matrix(weights), "learning_rule": rule},
        "lif.process:LIF": {"shape": (1,)},
        "lif.process:LIFReset": {"shape": (1,)},
        "lif.process:LIFRefractory": {"shape": (1,)},
        "dense.process:Dense": {"weights": weights},
        "dense.process:DelayDense": {"weights": weights, "delays": 1},
        "sparse.process:Sparse": {"weights": csr_matrix(weights)},
        "sparse.process:DelaySparse": {"weights": csr_matrix(weights), "delays": csr_matrix(weights.astype(int))},
        "conv_in_time.process:ConvInTime": {"weights": np.ones((2, 2, 2))},
        "bit_check.process:BitCheck": {},
        "sdn.process:SigmaDelta": {"shape": (1,), "vth": 1},
        "lif.process:TernaryLIF": {"shape": (1,)},
        "atrlif.process:ATRLIF": {"shape": (1,)},
        "conv.process:Conv": {"weight": np.ones((1, 1, 1, 1))},
        "rf.process:RF": {"shape": (1,), "period": 10, "alpha": 0.1},
        "sdn.process:Delta": {"shape": (1,), "vth": 1},
        "io.sink:RingBuffer": {"shape": (1,), "buffer": 1},
        "io.source:RingBuffer": {"data": weights},
        "io.injector:Injector": {"shape": (1,)},
        "io.extractor:Extractor": {"shape": (1,)},
        "spiker.process:Spiker": {},
        "receiver.process:Receiver": {},
    }


@pytest.mark.parametrize("name", processes())
def test_a_misspelt_argument_is_told(name):
    """A process of the library either refuses an argument that nothing reads, or warns and keeps it as Lava does."""
    module, _, found = name.partition(":")
    kind = getattr(importlib.import_module(f"lava_api.proc.{module}"), found)
    arguments = processes()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind(**arguments)
    if "kwargs" not in inspect.signature(kind.__init__).parameters:
        with pytest.raises(TypeError, match="baised"):
            kind(**arguments, baised=1000)
        return
    with pytest.warns(UserWarning, match="reads the argument 'baised'") as seen:
        kind(**arguments, baised=1000)
    assert seen[0].filename == __file__


def test_the_near_name_is_suggested():
    with pytest.warns(UserWarning, match=r"reads the argument 'bias'.* Did you mean 'bias_"):
        LIF(shape=(1,), bias=1000)
