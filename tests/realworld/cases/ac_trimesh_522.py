# origin: https://github.com/mikedh/trimesh/issues/522
# kinds: domain
import numpy as np


def unitize(vectors):
    norm = np.sqrt(np.dot(vectors * vectors, [1.0] * vectors.shape[1]))
    valid = norm > np.finfo(np.float64).resolution * 100
    norm[valid] **= -1
    return vectors * norm.reshape((-1, 1))


def face_normals(vertices, faces):
    triangles = vertices[faces]
    crosses = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 1])
    return unitize(crosses)


def face_angles(vertices, faces):
    triangles = vertices[faces]
    u = unitize(triangles[:, 1] - triangles[:, 0])
    v = unitize(triangles[:, 2] - triangles[:, 0])
    w = unitize(triangles[:, 2] - triangles[:, 1])

    a = np.arccos(np.clip((u * v).sum(axis=1), -1, 1))
    b = np.arccos(np.clip((-u * w).sum(axis=1), -1, 1))
    angles = np.column_stack([a, b, np.pi - a - b])
    # an edge of zero length has no direction
    lengths = np.column_stack([np.abs(u).sum(axis=1), np.abs(v).sum(axis=1), np.abs(w).sum(axis=1)])
    angles[(lengths < 1e-8).any(axis=1)] = 0.0
    return angles


def weighted_vertex_normals(vertex_count, faces, face_normals, face_angles):
    """Compute vertex normals from the faces that contain that vertex,
    the contribution of a face is weighted by the angle at that vertex."""

    def summed_loop():
        summed = np.zeros((vertex_count, 3), np.float64)
        for vertex_idx in np.arange(vertex_count):
            # loop over all vertices, compute normal contributions from surrounding faces
            face_idxs, inface_idxs = np.where(faces == vertex_idx)
            surrounding_angles = face_angles[face_idxs, inface_idxs]
            total = surrounding_angles.sum()  #+
            if total == 0:  #+
                continue  #+
            summed[vertex_idx] = np.dot(surrounding_angles / surrounding_angles.sum(), face_normals[face_idxs])  #*
        return summed

    return unitize(summed_loop())


class Trimesh:
    def __init__(self, vertices, faces):
        self.vertices = np.asarray(vertices, dtype=np.float64)
        self.faces = np.asarray(faces, dtype=np.int64)

    @property
    def vertex_normals(self):
        normals = face_normals(self.vertices, self.faces)
        angles = face_angles(self.vertices, self.faces)
        return weighted_vertex_normals(len(self.vertices), self.faces, normals, angles)
