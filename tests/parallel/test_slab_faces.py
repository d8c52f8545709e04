def test_faces_of_slabs_are_those_of_the_whole_mesh(report):
    faces = report["faces"]
    assert len(faces) == 11
    assert max(faces.values()) < 1e-12
