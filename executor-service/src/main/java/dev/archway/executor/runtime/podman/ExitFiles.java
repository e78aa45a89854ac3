package dev.archway.executor.runtime.podman;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Exit codes of containers as conmon writes them: a file named by the container's id, there a few
 * milliseconds after the end, until podman cleans up after the container. What was seen is
 * therefore remembered.
 */
final class ExitFiles {
  private static final int REMEMBERED = 2000;

  private final Path folder;
  private final Map<String, Integer> seen =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
              return size() > REMEMBERED;
            }
          });
  private final Map<Bell, Boolean> bells = new ConcurrentHashMap<>();

  ExitFiles(Path folder, FileWatch watch) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    var _ = watch.watch(folder, this::changed);
  }

  void subscribe(Bell bell) {
    bells.put(bell, true);
  }

  void unsubscribe(Bell bell) {
    bells.remove(bell);
  }

  /** The exit code; null when it has not been seen. */
  @Nullable Integer code(String container) {
    Integer code = seen.get(container);
    return code != null ? code : read(folder.resolve(container));
  }

  private void changed(Path file) {
    if (!file.equals(folder)) {
      read(file);
    }
    bells.keySet().forEach(Bell::ring);
  }

  private @Nullable Integer read(Path file) {
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        return null;
      }
      Integer code = Integer.valueOf(text);
      seen.put(file.getFileName().toString(), code);
      return code;
    } catch (IOException | NumberFormatException _) {
      // Not there (any more), or conmon's temporary file: inspect tells.
      return null;
    }
  }
}
