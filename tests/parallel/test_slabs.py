def test_layers_are_split_evenly_and_in_order(report, ranks):
    numbers = report["numbers"]
    assert sum(numbers["layers"]) == 5
    assert max(numbers["layers"]) - min(numbers["layers"]) <= 1
    ends = [0, *(stop for _, stop in numbers["own"])]
    assert [start for start, _ in numbers["own"]] == ends[:-1]
    assert ends[-1] == 5


def test_random_numbers_are_those_of_one_process(report):
    assert report["numbers"]["drawn"] == [0.0, 0.0]


def test_slabs_gather_to_the_whole_model(report):
    assert report["numbers"]["gathered"] == 0.0


def test_an_interrupt_of_one_process_reaches_all_at_once_and_is_over_then(report, ranks):
    assert report["interrupted"] == [f"interrupted {float(ranks)}"] * ranks


def test_more_processes_than_layers_are_rejected(report, ranks):
    expected = f"got {ranks - 1} layers for {ranks} processes; start {ranks - 1} at most"
    assert report["refusals"]["layers"].endswith(expected)
