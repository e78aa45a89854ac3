package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.WorkspaceFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A workspace that is a folder of this machine. Every folder on the way is opened from the one
 * above it and never by its path, so that a link that a step puts there meanwhile leads nowhere.
 */
final class HostFiles implements WorkspaceFiles {
  private final Path workspace;

  HostFiles(Path workspace) {
    this.workspace = workspace;
  }

  /** Something to do with an open folder. */
  private interface Work<T> {
    T in(SecureDirectoryStream<Path> folder) throws IOException;
  }

  @Override
  public Listing list(String folder, String suffix) throws IOException {
    Search search = new Search(suffix);
    try {
      boolean _ =
          within(
              folder.isEmpty() ? List.of() : List.of(folder.split("/")),
              open -> {
                search.look(open, folder.isEmpty() ? "" : folder + "/", 0);
                return true;
              });
    } catch (IOException _) {
      return new Listing(List.of(), true);
    }
    return new Listing(search.found, search.whole);
  }

  @Override
  public byte[] read(String path, int most) throws IOException {
    List<String> names = List.of(path.split("/"));
    Path name = Path.of(names.getLast());
    return within(
        names.subList(0, names.size() - 1),
        folder -> {
          // A pipe would hold the reader up for good.
          if (!attributes(folder, name).isRegularFile()) {
            throw new NoSuchFileException(path, null, "not a regular file");
          }
          try (InputStream in =
              Channels.newInputStream(
                  folder.newByteChannel(
                      name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
              content.write(buffer, 0, n);
              if (content.size() > most) {
                throw new IOException("it is longer than %d MB".formatted(most >> 20));
              }
            }
            return content.toByteArray();
          }
        });
  }

  private <T> T within(List<String> names, Work<T> work) throws IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(workspace)) {
      if (!(top instanceof SecureDirectoryStream<Path> folder)) {
        throw new IOException("this system cannot open folders without following links");
      }
      return within(folder, names, work);
    }
  }

  private static <T> T within(SecureDirectoryStream<Path> above, List<String> names, Work<T> work)
      throws IOException {
    if (names.isEmpty()) {
      return work.in(above);
    }
    try (SecureDirectoryStream<Path> folder =
        above.newDirectoryStream(Path.of(names.getFirst()), LinkOption.NOFOLLOW_LINKS)) {
      return within(folder, names.subList(1, names.size()), work);
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** A look through folders, which what it meets does not stop. */
  private static final class Search {
    private final String suffix;
    private final List<String> found = new ArrayList<>();
    private boolean whole = true;
    private int names;

    Search(String suffix) {
      this.suffix = suffix;
    }

    void look(SecureDirectoryStream<Path> folder, String prefix, int depth) {
      for (Path entry : folder) {
        if (++names > MOST_NAMES || found.size() == MOST_FILES) {
          whole = false;
          return;
        }
        Path name = entry.getFileName();
        try {
          BasicFileAttributes attributes = attributes(folder, name);
          if (attributes.isRegularFile() && name.toString().endsWith(suffix)) {
            found.add(prefix + name);
          } else if (attributes.isDirectory() && depth < DEEPEST) {
            try (SecureDirectoryStream<Path> below =
                folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
              look(below, prefix + name + "/", depth + 1);
            }
          }
        } catch (IOException _) {
          // Gone meanwhile, or closed to this user: there is no report in it.
        }
      }
    }
  }
}
