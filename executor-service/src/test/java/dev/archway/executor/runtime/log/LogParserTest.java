package dev.archway.executor.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.event.LogChunk.Stream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogParserTest {
  private static final String T = "2026-11-23T11:04:46.256575260+00:00 ";

  private static List<Line> parse(LogParser parser, byte[] bytes, int step) {
    List<Line> lines = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += step) {
      byte[] part = java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + step));
      parser.feed(part, part.length, lines::add);
    }
    parser.finish(lines::add);
    return lines;
  }

  @Test
  void partsOfInterleavedStreamsAreJoinedHoweverTheBytesArrive() {
    String file =
        T
            + "stdout P one\n"
            + T
            + "stderr F err \n"
            + T
            + "stdout F  two\n"
            + T
            + "stdout F \n"
            + T
            + "stdout P rest\n";
    byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
    for (int step : List.of(1, 7, bytes.length)) {
      List<Line> lines = parse(new LogParser.K8sFile(), bytes, step);
      assertThat(lines).extracting(Line::text).containsExactly("err ", "one two", "", "rest");
      assertThat(lines.getFirst().stream()).isEqualTo(Stream.ERR);
      assertThat(lines.get(1).time()).isEqualTo(Instant.parse("2026-11-23T11:04:46.256575260Z"));
    }
  }

  @Test
  void chunksOfInterleavedStreamsAreJoinedHoweverTheBytesArrive() {
    String t = "2026-11-23T11:04:46.256575Z ";
    String file = t + "stdout 7\none\ntwo" + t + "stderr 5\nerr \n" + t + "stdout 9\n é\n\nrest";
    byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
    for (int step : List.of(1, 7, bytes.length)) {
      List<Line> lines = parse(new LogParser.Chunks(), bytes, step);
      assertThat(lines).extracting(Line::text).containsExactly("one", "err ", "two é", "", "rest");
      assertThat(lines.get(1).stream()).isEqualTo(Stream.ERR);
      assertThat(lines.get(2).time()).isEqualTo(Instant.parse("2026-11-23T11:04:46.256575Z"));
    }
  }

  @Test
  void longLinesAreCutAtTheSamePlacesHoweverTheBytesArrive() {
    byte[] bytes = ("a" + "é".repeat(100_000) + "\nx\n").getBytes(StandardCharsets.UTF_8);
    List<String> whole =
        parse(new LogParser.Plain(Clock.systemUTC()), bytes, bytes.length).stream()
            .map(Line::text)
            .toList();
    List<String> pieces =
        parse(new LogParser.Plain(Clock.systemUTC()), bytes, 1000).stream()
            .map(Line::text)
            .toList();
    assertThat(pieces).isEqualTo(whole).hasSize(5).last().isEqualTo("x");
    assertThat(String.join("", whole)).isEqualTo("a" + "é".repeat(100_000) + "x");
  }

  @Test
  void bytesThatAreNoTextAreReplaced() {
    List<Line> lines =
        parse(new LogParser.Plain(Clock.systemUTC()), new byte[] {'a', (byte) 0xff, '\n'}, 3);
    assertThat(lines).extracting(Line::text).containsExactly("a\uFFFD");
  }
}
