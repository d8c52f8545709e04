def test_members_are_those_of_one_process_to_the_last_bit(report):
    inversions = report["inversions"]
    assert inversions["members"]
    assert inversions["members' levels"]
    assert inversions["members' doubts"]
