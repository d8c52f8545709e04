from geoinv.parallel.counted import Traffic


def test_traffic_is_kept_by_purpose():
    traffic = Traffic()
    traffic.add("sums of data", 80)
    traffic.add("inner products", 16)
    traffic.add("sums of data", 0)
    assert traffic.sent == {"sums of data": 80, "inner products": 16}
    assert traffic.calls == {"sums of data": 2, "inner products": 1}


def test_an_application_sends_the_data_and_the_adjoint_nothing(report, ranks):
    for physics in ("magnetics", "vector", "gravity"):
        found = report[physics]
        summed = 8 * found["data"]
        # a sum over all processes, and the broadcast by which pylops-mpi makes it the same everywhere
        assert found["forward bytes"] == [2 * summed] + [summed] * (ranks - 1)
        assert found["adjoint bytes"] == [0] * ranks


def test_an_inversion_sends_data_layers_and_numbers_and_the_model_once(report, ranks):
    inversions = report["inversions"]
    for name in ("smooth", "sum", "total variation"):
        sent, calls = inversions[name]["sent"], inversions[name]["calls"]
        assert sent["sums of data"] == calls["sums of data"] * 8 * inversions["data"]
        assert sent["inner products"] == calls["inner products"] * 16
        # the lowest slab sends upward alone: every second exchange
        assert sent["layers between slabs"] <= calls["layers between slabs"] * inversions["layer"]
        assert (sent["layers between slabs"] > 0) == (ranks > 1)
        assert (sent["model"], calls["model"]) == (0, 1)
