package dev.archway.contract.plan;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** The folder that all steps of a stage share (Harness page "CI stage settings"). */
public final class Workspace {
  /** Where it is in every container. */
  public static final Path ROOT = Path.of("/harness");

  private Workspace() {}

  /** The same path as seen from the workspace, {@code .} being itself; empty when it leads out. */
  public static Optional<String> inside(String written) {
    try {
      Path path = ROOT.resolve(written).normalize();
      if (path.startsWith(ROOT)) {
        String inside = ROOT.relativize(path).toString();
        return Optional.of(inside.isEmpty() ? "." : inside);
      }
    } catch (InvalidPathException _) {
      // It is no path at all.
    }
    return Optional.empty();
  }
}
