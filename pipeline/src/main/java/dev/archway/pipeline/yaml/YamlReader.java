package dev.archway.pipeline.yaml;

import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads one YAML 1.2 document with positions, within limits that keep hostile text harmless.
 * Thread-safe.
 */
public final class YamlReader {
  private static final int MOST_CHARACTERS = 3 * 1024 * 1024;
  private static final int MOST_ALIASES = 50;
  private static final int DEEPEST = 50;
  private static final int MOST_NODES = 200_000;

  private final Consumer<YamlException> again;
  private int nodes;

  private YamlReader(Consumer<YamlException> again) {
    this.again = again;
  }

  /**
   * Reads a document.
   *
   * @throws YamlException when the text is not one YAML document, repeats a key or is too large
   */
  public static YamlNode read(String text) throws YamlException {
    List<YamlException> repeated = new ArrayList<>();
    YamlNode root = read(text, repeated::add);
    if (!repeated.isEmpty()) {
      throw repeated.getFirst();
    }
    return root;
  }

  /**
   * Reads a document to its end, whatever keys it repeats; the first of each counts.
   *
   * @param again is told of every key that is there again
   * @throws YamlException when the text is not one YAML document or is too large
   */
  public static YamlNode read(String text, Consumer<YamlException> again) throws YamlException {
    if (text.length() > MOST_CHARACTERS) {
      throw new YamlException(
          "too-large",
          1,
          1,
          "%d characters (expected: %d at most)".formatted(text.length(), MOST_CHARACTERS));
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setMaxAliasesForCollections(MOST_ALIASES)
            .setCodePointLimit(MOST_CHARACTERS)
            .setAllowRecursiveKeys(false)
            .setAllowDuplicateKeys(true)
            // Told below, with their place.
            .setAllowNonScalarKeys(true)
            .setSchema(new CoreSchema())
            .build();
    DepthLimit events =
        new DepthLimit(new ParserImpl(settings, new StreamReader(settings, text)), DEEPEST);
    try {
      Iterator<Node> documents = new Composer(settings, events);
      if (!documents.hasNext()) {
        throw new YamlException("bad-yaml", 1, 1, "the document is empty (expected: a mapping)");
      }
      YamlNode root = new YamlReader(again).convert(documents.next(), 0);
      if (documents.hasNext()) {
        Place second = place(documents.next());
        throw new YamlException(
            "bad-yaml",
            second.line(),
            second.column(),
            "a second document begins here (expected: one document)");
      }
      return root;
    } catch (DepthLimit.TooDeepException e) {
      Optional<Mark> mark = e.getProblemMark();
      throw new YamlException(
          "too-large",
          mark.map(m -> m.getLine() + 1).orElse(1),
          mark.map(m -> m.getColumn() + 1).orElse(1),
          String.valueOf(e.getProblem()));
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark();
      throw new YamlException(
          "bad-yaml",
          mark.map(m -> m.getLine() + 1).orElse(1),
          mark.map(m -> m.getColumn() + 1).orElse(1),
          "%s%s (expected: well-formed YAML)"
              .formatted(e.getContext() == null ? "" : e.getContext() + ": ", e.getProblem()));
    } catch (ReaderException e) {
      Place place = place(text, e.getPosition());
      throw new YamlException(
          "bad-yaml",
          place.line(),
          place.column(),
          "character U+%04X (expected: printable characters)".formatted(e.getCodePoint()));
    } catch (IllegalArgumentException e) {
      // The engine's own word for a tag such as "!/%20", which it gives without a place.
      throw new YamlException(
          "bad-yaml",
          events.place().map(m -> m.getLine() + 1).orElse(1),
          events.place().map(m -> m.getColumn() + 1).orElse(1),
          "the tag (\"!…\") of this value cannot be read (expected: no tag, or the value in quotes)");
    } catch (YamlEngineException e) {
      // Those without a mark are the limits set above.
      throw new YamlException("too-large", 1, 1, e.getMessage() + " (expected: less)");
    }
  }

  private YamlNode convert(Node node, int depth) throws YamlException {
    Place place = place(node);
    if (depth > DEEPEST || ++nodes > MOST_NODES) {
      throw new YamlException(
          "too-large",
          place.line(),
          place.column(),
          "nested deeper than %d or more than %d nodes, aliases counted (expected: less)"
              .formatted(DEEPEST, MOST_NODES));
    }
    return switch (node) {
      case ScalarNode scalar ->
          new YamlNode.Scalar(
              scalar.getValue(), scalar.getScalarStyle() == ScalarStyle.PLAIN, place);
      case SequenceNode sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          items.add(convert(item, depth + 1));
        }
        yield new YamlNode.Sequence(items, place);
      }
      case MappingNode mapping -> mapping(mapping, place, depth);
      default ->
          throw new YamlException(
              "bad-yaml",
              place.line(),
              place.column(),
              "an alias that contains itself (expected: a plain value)");
    };
  }

  private YamlNode mapping(MappingNode mapping, Place place, int depth) throws YamlException {
    Map<String, YamlNode> merged = new LinkedHashMap<>();
    Map<String, Place> mergedKeys = new LinkedHashMap<>();
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    Map<String, Place> keys = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place at = place(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new YamlException(
            "bad-yaml",
            at.line(),
            at.column(),
            "a key that is a collection (expected: a word; a value that begins with {{ stands in quotes)");
      }
      YamlNode value = convert(tuple.getValueNode(), depth + 1);
      if (key.getValue().equals("<<") && merge(value, merged, mergedKeys)) {
        continue;
      }
      if (entries.putIfAbsent(key.getValue(), value) != null) {
        again.accept(
            new YamlException(
                "duplicate-key",
                at.line(),
                at.column(),
                "key \"%s\" is here for the second time (expected: once)"
                    .formatted(key.getValue())));
      } else {
        keys.put(key.getValue(), at);
      }
    }
    merged.forEach(entries::putIfAbsent);
    mergedKeys.forEach(keys::putIfAbsent);
    return new YamlNode.Mapping(entries, keys, place);
  }

  /** Merge keys (YAML 1.1, "Merge Key Language-Independent Type"): a mapping, or a list of them. */
  private static boolean merge(
      YamlNode value, Map<String, YamlNode> merged, Map<String, Place> keys) {
    List<YamlNode> bases = value instanceof YamlNode.Sequence list ? list.items() : List.of(value);
    if (bases.isEmpty() || !bases.stream().allMatch(YamlNode.Mapping.class::isInstance)) {
      return false;
    }
    for (YamlNode base : bases) {
      if (base instanceof YamlNode.Mapping mapping) {
        mapping.entries().forEach(merged::putIfAbsent);
        mapping.keys().forEach(keys::putIfAbsent);
      }
    }
    return true;
  }

  private static Place place(String text, int codePoints) {
    String before =
        text.substring(0, text.offsetByCodePoints(0, Math.min(codePoints, codePoints(text))));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new Place(line, codePoints(before.substring(before.lastIndexOf('\n') + 1)) + 1);
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }

  private static Place place(Node node) {
    return node.getStartMark()
        .map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(new Place(1, 1));
  }
}
