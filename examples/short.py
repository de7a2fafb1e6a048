"""From Python with little code: two vectors, a matrix between them, and what comes out."""

import lava.frameworks.loihi2 as lv
import numpy as np

inputs = lv.InputVec(np.array([[1, 2, 3, 4], [10, 20, 30, 40]]))
matrix = lv.GradedDense(weights=np.array([[0.5, 0.25], [1, -0.5]]))
outputs = lv.OutputVec(shape=(2,), buffer=4)
vector = lv.GradedVec(shape=(2,), vth=1)

vector << matrix @ inputs
outputs << vector

vector.run(condition=lv.RunSteps(num_steps=4), run_cfg=lv.Loihi2SimCfg(select_tag="fixed_pt"))
print(outputs.get_data())
vector.stop()
