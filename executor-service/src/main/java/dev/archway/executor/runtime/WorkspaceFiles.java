package dev.archway.executor.runtime;

import java.io.IOException;
import java.util.List;

/**
 * The files of a stage's workspace as steps have left them. Steps may have put anything there, and
 * services may still do so: no link is followed, at no place of a path, so that nothing outside is
 * ever read.
 */
public interface WorkspaceFiles {
  /** As many files are listed at most. */
  int MOST_FILES = 1_000;

  /** As many folders below each other are looked into. */
  int DEEPEST = 32;

  /** As many names are looked at. */
  int MOST_NAMES = 200_000;

  /**
   * The regular files below a folder whose names end with {@code suffix}; none when there is no
   * such folder.
   *
   * @param folder relative to the workspace; empty for the workspace itself
   */
  Listing list(String folder, String suffix) throws IOException, InterruptedException;

  /**
   * A regular file's content.
   *
   * @param path relative to the workspace
   * @throws IOException when there is no such file, it may not be read, or it is longer than {@code
   *     most} bytes
   */
  byte[] read(String path, int most) throws IOException, InterruptedException;

  /**
   * What was found.
   *
   * @param paths relative to the workspace, sorted
   * @param whole false when a limit came first
   */
  record Listing(List<String> paths, boolean whole) {
    public Listing {
      paths = paths.stream().sorted().toList();
    }
  }
}
