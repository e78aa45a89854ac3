package dev.archway.log.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Reads an {@link ExecutionFile} piece by piece; holds no more than one piece in memory. */
final class FileLogReader implements LogReader {
  private final ExecutionFile file;
  private final Runnable onClose;
  private final ArrayDeque<StoredLine> piece = new ArrayDeque<>();
  private final long firstWanted;
  private long position;
  private long offset;
  private State seen = State.OPEN;
  private boolean closed;

  FileLogReader(ExecutionFile file, long firstWanted, Runnable onClose) {
    this.file = file;
    this.onClose = onClose;
    this.firstWanted = firstWanted;
    long[] place = file.placeBefore(firstWanted);
    this.position = place[0];
    this.offset = place[1];
  }

  @Override
  public List<StoredLine> next(int max) {
    List<StoredLine> lines = new ArrayList<>();
    while (lines.size() < max && (!piece.isEmpty() || readPiece())) {
      StoredLine line = piece.poll();
      if (line != null && line.position() >= firstWanted) {
        lines.add(line);
      }
    }
    return lines;
  }

  private boolean readPiece() {
    byte[] content = file.read(offset);
    int from = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        piece.add(new StoredLine(position++, content, from, i));
        from = i + 1;
      }
    }
    offset += content.length;
    return content.length > 0;
  }

  @Override
  public boolean await(Duration atMost) throws InterruptedException {
    return !piece.isEmpty() || file.awaitBeyond(offset, seen, atMost);
  }

  @Override
  public State state() {
    seen = file.state();
    return seen;
  }

  @Override
  public boolean stopping() {
    return file.stopping();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }
}
