# origin: https://github.com/tinygrad/tinygrad/pull/7515
# kinds: underflow domain
import math, random
from typing import List, Optional
import numpy as np

C = math.sqrt(2)
TEMP = 0.5


class MCTSNode:
  def __init__(self, kernel, parent=None):
    self.kernel = kernel
    self.t = math.inf
    self.n = 0
    self.parents: List[MCTSNode] = [parent] if parent is not None else []
    self.children: Optional[List[MCTSNode]] = None
    self.removed_children: List[MCTSNode] = []


def expand_node(node: MCTSNode, get_kernel_actions):
  assert node.children is None
  node.children = [MCTSNode(x, node) for x in get_kernel_actions(node.kernel)]


def remove_node(node: MCTSNode):
  for parent in node.parents:
    assert parent.children is not None
    parent.children.remove(node)
    parent.removed_children.append(node)


def _sample_tree(node: MCTSNode, best_tm: float) -> MCTSNode:
  if node.children is None or len(node.children) == 0: return node
  unexplored_children = []
  explored_children = []
  ucb_explored_children: List[float] = []
  for child in node.children:
    if child.n == 0: unexplored_children.append(child)
    else:
      ucb = -child.t/best_tm + C*math.sqrt(math.log(node.n)/child.n)
      if not math.isinf(ucb):
        explored_children.append(child)
        ucb_explored_children.append(ucb)
  if len(unexplored_children): return random.choice(unexplored_children)
  if not len(explored_children): return node
  ucb_exp = np.exp(np.array(ucb_explored_children)/TEMP)  #!
  # safe softmax  #+
  ucb_exp = np.exp((np.array(ucb_explored_children)-max(ucb_explored_children))/TEMP)  #+
  return _sample_tree(explored_children[np.random.choice(len(ucb_exp), p=ucb_exp/np.sum(ucb_exp))], best_tm)


# this will expand/remove sometimes
def sample_tree(root: MCTSNode, best_tm: float, get_kernel_actions) -> Optional[MCTSNode]:
  if root.children is None: expand_node(root, get_kernel_actions)
  while root.children:
    node = _sample_tree(root, best_tm)
    if node.children is not None and len(node.children) == 0:
      remove_node(node)
      continue
    return node
  return None


def backprop(bnode: MCTSNode, tm, strength=1.0):
  if bnode.t > tm: bnode.t = tm
  bnode.n += strength
  for parent in bnode.parents: backprop(parent, tm, strength/len(bnode.parents))
