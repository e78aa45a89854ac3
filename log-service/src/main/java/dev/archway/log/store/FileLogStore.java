package dev.archway.log.store;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.id.ExecutionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Logs as files, one directory per execution. What was appended is with the operating system when
 * {@link #append} returns, so it outlives a kill of the process, but not a loss of power. One
 * process at a time may use the directory.
 */
public final class FileLogStore implements LogStore {
  private static final int IDLE_FILES = 64;

  private final Path root;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appeared = lock.newCondition();

  /** Least recently used first. */
  private final Map<ExecutionId, Use> files = new LinkedHashMap<>(16, 0.75f, true);

  private boolean stopping;

  private static final class Use {
    private final ExecutionFile file;
    private int users;

    private Use(ExecutionFile file) {
      this.file = file;
    }
  }

  /** A store below this directory, which is made when it is missing. */
  public FileLogStore(Path root) {
    this.root = root;
  }

  @Override
  public void expect(ExecutionId execution) {
    with(execution, ExecutionFile::create);
  }

  @Override
  public void append(LogChunk chunk) {
    with(chunk.key().execution(), file -> file.append(chunk));
  }

  @Override
  public void finish(ExecutionEvent.ExecutionFinished finished) {
    with(finished.execution(), file -> file.finish(finished));
  }

  @Override
  public Optional<LogReader> reader(ExecutionId execution, long position) {
    if (!known(execution)) {
      return Optional.empty();
    }
    ExecutionFile file = acquire(execution);
    try {
      file.create();
      return Optional.of(new FileLogReader(file, position, () -> release(execution)));
    } catch (RuntimeException e) {
      release(execution);
      throw e;
    }
  }

  @Override
  public boolean awaitKnown(ExecutionId execution, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!known(execution) && !stopping && left > 0) {
        left = appeared.awaitNanos(left);
      }
      return known(execution);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void stopWaiting() {
    lock.lock();
    try {
      stopping = true;
      appeared.signalAll();
      files.values().forEach(use -> use.file.stopWaiting());
    } finally {
      lock.unlock();
    }
  }

  private Path directory(ExecutionId execution) {
    return root.resolve(execution.value());
  }

  private boolean known(ExecutionId execution) {
    return ExecutionFile.existsIn(directory(execution));
  }

  private void with(ExecutionId execution, java.util.function.Consumer<ExecutionFile> use) {
    boolean isNew = !known(execution);
    ExecutionFile file = acquire(execution);
    try {
      use.accept(file);
    } finally {
      release(execution);
    }
    if (isNew) {
      lock.lock();
      try {
        appeared.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private ExecutionFile acquire(ExecutionId execution) {
    lock.lock();
    try {
      Use use = files.computeIfAbsent(execution, id -> new Use(new ExecutionFile(directory(id))));
      use.users++;
      if (stopping) {
        use.file.stopWaiting();
      }
      return use.file;
    } finally {
      lock.unlock();
    }
  }

  private void release(ExecutionId execution) {
    lock.lock();
    try {
      Use released = files.get(execution);
      if (released != null) {
        released.users--;
      }
      Iterator<Use> oldest = files.values().iterator();
      while (files.size() > IDLE_FILES && oldest.hasNext()) {
        Use use = oldest.next();
        if (use.users == 0) {
          use.file.close();
          oldest.remove();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
