package dev.archway.pipeline.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Passes a parser's events on until they nest too deep, and knows how far it is. The composer
 * behind it calls itself for each level, so that some kilobytes of brackets would otherwise
 * overflow the stack.
 */
final class DepthLimit implements Parser {
  /** The document nests deeper than the limit. */
  static final class TooDeepException extends MarkedYamlEngineException {
    private static final long serialVersionUID = 1L;

    TooDeepException(int deepest, Optional<Mark> at) {
      super(
          null,
          Optional.empty(),
          "nested deeper than %d (expected: less)".formatted(deepest),
          at,
          null);
    }
  }

  private final Parser events;
  private final int deepest;
  private int depth;
  private Optional<Mark> place = Optional.empty();

  DepthLimit(Parser events, int deepest) {
    this.events = events;
    this.deepest = deepest;
  }

  /** Where the event begins that was taken last. */
  Optional<Mark> place() {
    return place;
  }

  @Override
  public boolean checkEvent(Event.ID id) {
    return events.checkEvent(id);
  }

  @Override
  public Event peekEvent() {
    return events.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public Event next() {
    Event event = events.next();
    place = event.getStartMark();
    Event.ID id = event.getEventId();
    if (id == Event.ID.SequenceStart || id == Event.ID.MappingStart) {
      if (++depth > deepest) {
        throw new TooDeepException(deepest, event.getStartMark());
      }
    } else if (id == Event.ID.SequenceEnd || id == Event.ID.MappingEnd) {
      depth--;
    }
    return event;
  }
}
