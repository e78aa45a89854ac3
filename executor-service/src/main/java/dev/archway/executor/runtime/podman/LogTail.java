package dev.archway.executor.runtime.podman;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.log.LogParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a growing log file from its start and hands its lines on. Used by one thread. */
final class LogTail implements AutoCloseable {
  private final Path file;
  private final LogParser parser;
  private final LogSink sink;
  private final byte[] buffer = new byte[64 * 1024];
  private @Nullable FileChannel channel;

  LogTail(Path file, LogParser parser, LogSink sink) {
    this.file = file;
    this.parser = parser;
    this.sink = sink;
  }

  /** Hands over the lines that are complete by now. */
  void read() throws IOException, InterruptedException {
    FileChannel open = channel;
    if (open == null) {
      try {
        open = FileChannel.open(file, StandardOpenOption.READ);
        channel = open;
      } catch (NoSuchFileException _) {
        return;
      }
    }
    List<Line> lines = new ArrayList<>();
    for (int n = open.read(ByteBuffer.wrap(buffer));
        n > 0;
        n = open.read(ByteBuffer.wrap(buffer))) {
      parser.feed(buffer, n, lines::add);
      hand(lines);
    }
  }

  /** Hands over the rest, when the writer has ended. */
  void finish() throws IOException, InterruptedException {
    read();
    List<Line> lines = new ArrayList<>();
    parser.finish(lines::add);
    hand(lines);
  }

  private void hand(List<Line> lines) throws InterruptedException {
    if (!lines.isEmpty()) {
      sink.accept(List.copyOf(lines));
      lines.clear();
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
