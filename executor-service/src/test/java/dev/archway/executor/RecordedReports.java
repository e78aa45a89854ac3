package dev.archway.executor;

import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.executor.stage.StageReports;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps what is told, in order. */
public final class RecordedReports implements StageReports {
  private final List<Object> told = new ArrayList<>();

  @Override
  public synchronized void tell(StageEvent event) {
    told.add(event);
  }

  @Override
  public synchronized void tell(ImagePushed event) {
    told.add(event);
  }

  @Override
  public synchronized void tell(LogChunk chunk) {
    told.add(chunk);
  }

  public synchronized void clear() {
    told.clear();
  }

  public synchronized List<Object> told() {
    return List.copyOf(told);
  }

  public Optional<StageFinished> finished() {
    return told().stream()
        .filter(StageFinished.class::isInstance)
        .map(StageFinished.class::cast)
        .findFirst();
  }

  public StepFinished step(String id) {
    return told().stream()
        .filter(StepFinished.class::isInstance)
        .map(StepFinished.class::cast)
        .filter(e -> e.step().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no end of step " + id + " in " + told()));
  }

  /** A step's lines by number. */
  public Map<Long, LogChunk.Line> lines(String step) {
    Map<Long, LogChunk.Line> lines = new TreeMap<>();
    for (Object each : told()) {
      if (each instanceof LogChunk chunk && chunk.step().equals(step)) {
        for (int i = 0; i < chunk.lines().size(); i++) {
          lines.put(chunk.firstLine() + i, chunk.lines().get(i));
        }
      }
    }
    return lines;
  }

  public List<String> text(String step) {
    return lines(step).values().stream().map(LogChunk.Line::text).toList();
  }
}
