package dev.archway.planner.submission;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.api.FetchCommand;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.TransportException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;

/** A part of a repository in a folder of its own, which goes with this. For one thread. */
public final class BareClone implements AutoCloseable {
  /** How long a repository may be silent. */
  public static final Duration LIMIT = Duration.ofSeconds(30);

  private final GitRemote remote;
  private final Start.Repository source;
  private FilterSpec filter;
  private final Path directory;
  private final Git git;

  /**
   * Begins with nothing.
   *
   * @param filter what is not fetched, where the server can leave it out
   */
  public BareClone(GitRemote remote, Start.Repository source, FilterSpec filter)
      throws IOException {
    this.remote = remote;
    this.source = source;
    this.filter = filter;
    this.directory = Files.createTempDirectory("archway-clone-");
    try {
      this.git =
          Git.init().setBare(true).setDirectory(directory.toFile()).setInitialBranch("none").call();
    } catch (GitAPIException e) {
      delete(directory);
      throw new IOException(e.getMessage(), e);
    }
    // A collection in the background would write into the folder while it is deleted.
    StoredConfig settings = git.getRepository().getConfig();
    settings.setInt("gc", null, "auto", 0);
    settings.setBoolean("gc", null, "autoDetach", false);
  }

  /** What has been fetched so far. */
  public Repository repository() {
    return git.getRepository();
  }

  /** Fetches so many commits back from the tips of refs. */
  public void fetch(int depth, String... specs) throws IOException {
    run(() -> command(specs).setDepth(depth));
  }

  /** Fetches everything that refs lead to, after a part was. */
  public void unshallow(String... specs) throws IOException {
    run(() -> command(specs).setUnshallow(true));
  }

  private FetchCommand command(String... specs) throws IOException {
    List<RefSpec> refs = Arrays.stream(specs).map(RefSpec::new).toList();
    return remote
        .prepared(git.fetch(), source.connector(), transport -> transport.setFilterSpec(filter))
        .setRemote(remote.reachable(source.url()))
        .setRefSpecs(refs)
        .setTagOpt(TagOpt.NO_TAGS)
        .setTimeout((int) LIMIT.toSeconds());
  }

  /** A fetch that is made anew for each try. */
  @FunctionalInterface
  private interface Fetch {
    FetchCommand command() throws IOException;
  }

  private void run(Fetch fetch) throws IOException {
    try {
      try {
        var _ = fetch.command().call();
      } catch (TransportException e) {
        if (filter.isNoOp()) {
          throw e;
        }
        // Many servers refuse filters: then everything is fetched.
        filter = FilterSpec.NO_FILTER;
        var _ = fetch.command().call();
      }
    } catch (GitAPIException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    git.close();
    delete(directory);
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
