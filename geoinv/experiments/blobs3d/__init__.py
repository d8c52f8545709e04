"""The blobs3d benchmark: 3D magnetic models from gridded data, by linear maps, the classical loop and networks."""
