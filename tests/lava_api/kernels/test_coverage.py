"""Every stock model runs as a kernel, but for those that are named here."""

import inspect
import pkgutil
from importlib import import_module

import lava_api
from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.binding import kernel_class

OWN_TIME = "runs by AsyncProtocol, in its own time: there is no step that it could be a part of"
NO_KERNEL = {
    "PyLoihiInjectorModelAsync": OWN_TIME,
    "PyLoihiExtractorModelAsync": OWN_TIME,
    "ProgrammedModel": "calls a function of the user in every step",
    "AbstractRegistersModel": "base of the models of Registers, which have kernels",
}
"""Models that run as Python, and why."""


def stock_models():
    """All models of processes that the package defines, but those that are made of others before anything runs."""
    for module in pkgutil.walk_packages(lava_api.__path__, "lava_api."):
        if module.name in ("lava_api.__main__", "lava_api.as_lava"):
            continue
        for name, member in vars(import_module(module.name)).items():
            if not inspect.isclass(member) or (member.__module__, member.__name__) != (module.name, name):
                continue
            made_of_others = issubclass(member, AbstractSubProcessModel | AbstractNcProcessModel)
            if getattr(member, "implements_process", None) is not None and not made_of_others:
                yield member


def test_every_stock_model_has_a_kernel():
    models = list(stock_models())
    assert len(models) > 60
    without = {model.__name__ for model in models if kernel_class(model) is None}
    assert without == set(NO_KERNEL)


def test_kernels_are_found_where_models_say():
    kernels = [kernel_class(model) for model in stock_models() if model.__name__ not in NO_KERNEL]
    assert all(issubclass(kernel, Kernel) for kernel in kernels)
