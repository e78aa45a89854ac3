package dev.archway.executor.runtime.podman;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tells listeners of changes in folders, by inotify, with one thread for all. A listener is called
 * with the file that changed, or with the folder when events were dropped; it must not block.
 */
final class FileWatch implements AutoCloseable {
  private final WatchService service;
  private final Map<WatchKey, Consumer<Path>> listeners = new ConcurrentHashMap<>();

  FileWatch() throws IOException {
    service = FileSystems.getDefault().newWatchService();
    Thread.ofPlatform().daemon().name("file-watch").start(this::follow);
  }

  /** Watches a folder until the returned key is cancelled; one listener per folder. */
  WatchKey watch(Path folder, Consumer<Path> listener) throws IOException {
    WatchKey key =
        folder.register(
            service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    listeners.put(key, listener);
    // What happened before the listener was known.
    listener.accept(folder);
    return key;
  }

  void unwatch(WatchKey key) {
    key.cancel();
    listeners.remove(key);
  }

  private void follow() {
    try {
      while (true) {
        WatchKey key = service.take();
        Consumer<Path> listener = listeners.get(key);
        for (WatchEvent<?> event : key.pollEvents()) {
          if (listener != null && key.watchable() instanceof Path folder) {
            listener.accept(event.context() instanceof Path name ? folder.resolve(name) : folder);
          }
        }
        if (!key.reset()) {
          listeners.remove(key);
        }
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      // Closed: nobody listens any more.
      listeners.clear();
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
