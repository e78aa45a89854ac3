package dev.archway.log.store;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.wire.ContractMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One execution's lines in one append-only file, {@code log.ndjson}, beside the announced lengths
 * in {@code finished.json}. Where the next line of each step is expected, and where in the file
 * lines begin, is rebuilt from the file when it is opened. A line that a crash left half written is
 * cut off then; its chunk was never acknowledged and comes again.
 */
final class ExecutionFile {
  private static final String LINES = "log.ndjson";
  private static final String FINISHED = "finished.json";
  private static final int INDEX_STEP = 256;
  private static final int BUFFER = 1 << 16;

  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<StepKey, Long> nextLine = new HashMap<>();

  /** The byte offset of every {@value #INDEX_STEP}th line. */
  private final List<Long> index = new ArrayList<>();

  private long lines;
  private long bytes;
  private ExecutionEvent.@Nullable ExecutionFinished finished;

  /**
   * Null until first used. Not a FileChannel, which an interrupted reader would close for everyone.
   */
  private @Nullable RandomAccessFile open;

  private boolean stopping;

  private record StepKey(String stage, int attempt, String step) {}

  ExecutionFile(Path directory) {
    this.directory = directory;
  }

  static boolean existsIn(Path directory) {
    return Files.exists(directory.resolve(LINES));
  }

  private RandomAccessFile file() throws IOException {
    if (open != null) {
      return open;
    }
    Files.createDirectories(directory);
    Path end = directory.resolve(FINISHED);
    if (Files.exists(end)) {
      finished =
          ContractMapper.json()
              .readValue(Files.readAllBytes(end), ExecutionEvent.ExecutionFinished.class);
    }
    RandomAccessFile file = new RandomAccessFile(directory.resolve(LINES).toFile(), "rw");
    scan(file);
    open = file;
    return file;
  }

  private void scan(RandomAccessFile file) throws IOException {
    nextLine.clear();
    index.clear();
    lines = 0;
    bytes = 0;
    byte[] buffer = new byte[BUFFER];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = file.read(buffer); read > 0; read = file.read(buffer)) {
      int from = 0;
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, from, i - from);
          from = i + 1;
          LogEntry entry = ContractMapper.json().readValue(line.toByteArray(), LogEntry.class);
          count(line.size() + 1L);
          nextLine.put(new StepKey(entry.stage(), entry.attempt(), entry.step()), entry.line() + 1);
          line.reset();
        }
      }
      line.write(buffer, from, read - from);
    }
    if (line.size() > 0) {
      file.setLength(bytes);
    }
  }

  private void count(long size) {
    if (lines % INDEX_STEP == 0) {
      index.add(bytes);
    }
    lines++;
    bytes += size;
  }

  /** Makes the files, so that the execution is known from now on. */
  void create() {
    lock.lock();
    try {
      file();
    } catch (IOException e) {
      throw failed("open", e);
    } finally {
      lock.unlock();
    }
  }

  void append(LogChunk chunk) {
    lock.lock();
    try {
      RandomAccessFile file = file();
      StepKey step = new StepKey(chunk.key().stage(), chunk.key().attempt(), chunk.step());
      long expected = nextLine.getOrDefault(step, 0L);
      if (chunk.firstLine() > expected) {
        throw new LogGapException(
            "cannot store log lines of %s/%s: they begin at line %d (expected: line %d); the lines between were not received"
                .formatted(chunk.key(), chunk.step(), chunk.firstLine(), expected));
      }
      long skip = expected - chunk.firstLine();
      if (skip >= chunk.lines().size()) {
        return;
      }
      write(file, chunk, (int) skip);
      nextLine.put(step, chunk.firstLine() + chunk.lines().size());
      changed.signalAll();
    } catch (IOException e) {
      throw failed("append to", e);
    } finally {
      lock.unlock();
    }
  }

  private void write(RandomAccessFile file, LogChunk chunk, int skip) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int[] sizes = new int[chunk.lines().size() - skip];
    for (int i = skip; i < chunk.lines().size(); i++) {
      LogChunk.Line line = chunk.lines().get(i);
      byte[] json =
          ContractMapper.json()
              .writeValueAsBytes(
                  new LogEntry(
                      chunk.key().stage(),
                      chunk.key().attempt(),
                      chunk.step(),
                      chunk.firstLine() + i,
                      line.time(),
                      line.stream(),
                      line.text()));
      all.write(json);
      all.write('\n');
      sizes[i - skip] = json.length + 1;
    }
    // After a failed write the next one starts at the same place, so no half line stays inside.
    file.seek(bytes);
    file.write(all.toByteArray());
    for (int size : sizes) {
      count(size);
    }
  }

  void finish(ExecutionEvent.ExecutionFinished event) {
    lock.lock();
    try {
      file();
      if (finished == null) {
        Path next = directory.resolve(FINISHED + ".new");
        Files.write(next, ContractMapper.json().writeValueAsBytes(event));
        Files.move(
            next,
            directory.resolve(FINISHED),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        finished = event;
        changed.signalAll();
      }
    } catch (IOException e) {
      throw failed("end", e);
    } finally {
      lock.unlock();
    }
  }

  LogReader.State state() {
    lock.lock();
    try {
      if (finished == null) {
        return LogReader.State.OPEN;
      }
      boolean all =
          finished.logs().stream()
              .allMatch(log ->
                  nextLine.getOrDefault(new StepKey(log.stage(), log.attempt(), log.step()), 0L)
                      >= log.lines());
      return all ? LogReader.State.COMPLETE : LogReader.State.AWAITING_LINES;
    } finally {
      lock.unlock();
    }
  }

  /** The bytes from an offset on that hold whole lines; 64 KiB or one line, whichever is more. */
  byte[] read(long offset) {
    lock.lock();
    try {
      RandomAccessFile file = file();
      int size = (int) Math.min(bytes - offset, BUFFER);
      while (size > 0) {
        byte[] content = new byte[size];
        file.seek(offset);
        file.readFully(content);
        int end = size;
        while (end > 0 && content[end - 1] != '\n') {
          end--;
        }
        if (end > 0) {
          return Arrays.copyOf(content, end);
        }
        // The line is longer than this piece; what is counted in bytes always ends with a line.
        size = (int) Math.min(bytes - offset, size * 4L);
      }
      return new byte[0];
    } catch (IOException e) {
      throw failed("read", e);
    } finally {
      lock.unlock();
    }
  }

  /** The nearest place at or before a line: its number, then its byte offset. */
  long[] placeBefore(long position) {
    lock.lock();
    try {
      if (index.isEmpty()) {
        return new long[] {0, 0};
      }
      int entry = (int) Math.min(position / INDEX_STEP, index.size() - 1L);
      return new long[] {(long) entry * INDEX_STEP, index.get(entry)};
    } finally {
      lock.unlock();
    }
  }

  boolean awaitBeyond(long offset, LogReader.State seen, Duration atMost)
      throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (bytes <= offset && state() == seen && !stopping && left > 0) {
        left = changed.awaitNanos(left);
      }
      return bytes > offset;
    } finally {
      lock.unlock();
    }
  }

  boolean stopping() {
    lock.lock();
    try {
      return stopping;
    } finally {
      lock.unlock();
    }
  }

  void stopWaiting() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the file handle back; the next use opens it again. */
  void close() {
    lock.lock();
    try {
      if (open != null) {
        open.close();
        open = null;
      }
    } catch (IOException e) {
      throw failed("close", e);
    } finally {
      lock.unlock();
    }
  }

  private UncheckedIOException failed(String action, IOException e) {
    return new UncheckedIOException(
        "cannot %s the log in %s: %s".formatted(action, directory, e.getMessage()), e);
  }
}
