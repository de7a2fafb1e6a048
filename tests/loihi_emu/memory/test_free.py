"""Free memory: the least of the machine, limits and control groups; what is unknown limits nothing."""

import sys

import pytest

from loihi_emu.memory import free

GB = 1 << 30


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A Linux of files: writes them by path, and tells what is free."""
    monkeypatch.setattr(free, "PROC", tmp_path / "proc")
    monkeypatch.setattr(free, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(sys, "platform", "linux")

    def write(**files):
        for path, text in files.items():
            file = tmp_path / path.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(str(text))

    return write


def meminfo(available, swap=0, **more):
    rows = {"MemTotal": 64 * GB, "MemAvailable": available, "SwapFree": swap, **more}
    return "".join(f"{name}:  {size >> 10} kB\n" for name, size in rows.items())


def test_nothing_known_is_no_limit(system):
    assert free.free_memory() is None


def test_the_machine_with_its_swap(system):
    system(proc__meminfo=meminfo(3 * GB, swap=GB))
    assert free.free_memory() == free.Free(4 * GB, "the machine")


def test_what_the_system_promises_where_it_promises_no_more_than_it_has(system):
    more = {"CommitLimit": 5 * GB, "Committed_AS": 3 * GB}
    system(proc__meminfo=meminfo(30 * GB, **more), proc__sys__vm__overcommit_memory=2)
    assert free.free_memory() == (2 * GB, "what the system promises")
    system(proc__sys__vm__overcommit_memory=0)
    assert free.free_memory().bytes == 30 * GB


def test_control_groups_of_the_second_kind_count_with_those_around_them(system):
    system(
        proc__meminfo=meminfo(30 * GB), proc__self__cgroup="0::/outer/inner\n",
        groups__outer__memory_dot_max=4 * GB, groups__outer__memory_dot_current=3 * GB,
        groups__outer__memory_dot_stat=f"anon 5\ninactive_file {GB}\n",
        groups__outer__inner__memory_dot_max="max", groups__outer__inner__memory_dot_current=GB,
    )  # fmt: skip
    assert free.free_memory() == (2 * GB, "the limit of its control group")


def test_control_groups_of_the_first_kind(system):
    system(
        proc__meminfo=meminfo(30 * GB), proc__self__cgroup="5:cpu,cpuacct:/x\n4:memory:/job\n",
        groups__memory__job__memory_dot_limit_in_bytes=2 * GB, groups__memory__job__memory_dot_usage_in_bytes=3 * GB,
        groups__memory__memory_dot_limit_in_bytes=(1 << 63) - 4096, groups__memory__memory_dot_usage_in_bytes=9 * GB,
    )  # fmt: skip
    assert free.free_memory() == (0, "the limit of its control group")


def test_a_container_that_sees_the_path_of_its_host(system):
    system(
        proc__meminfo=meminfo(30 * GB), proc__self__cgroup="0::/../../docker/abc\n",
        groups__memory_dot_max=5 * GB, groups__memory_dot_current=GB,
    )  # fmt: skip
    assert free.free_memory().bytes == 4 * GB


def test_limits_of_the_process(system, monkeypatch):
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: 8 * GB, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limits[which], resource.RLIM_INFINITY))
    taken = f"Name:\tx\nVmSize:\t{3 << 20} kB\nVmData:\t{1 << 20} kB\n"
    system(proc__meminfo=meminfo(30 * GB), proc__self__status=taken)
    assert free.free_memory() == (5 * GB, "the limit of the address space (ulimit -v)")
    limits[resource.RLIMIT_DATA] = 2 * GB
    assert free.free_memory() == (GB, "the limit of data (ulimit -d)")


def test_files_that_are_no_numbers_say_nothing(system):
    system(proc__meminfo="MemAvailable: much kB\n", proc__self__cgroup="nonsense\n0::/\n", groups__memory_dot_max="?")
    assert free.free_memory() is None
