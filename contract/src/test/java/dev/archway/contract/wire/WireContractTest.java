package dev.archway.contract.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.When;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Samples of every record that crosses the bus, as they were first written. A sample is never
 * edited: what reads and writes it must go on doing so.
 */
class WireContractTest {
  @ParameterizedTest
  @MethodSource("samples")
  void aSampleIsReadAndWrittenUnchanged(Path sample) throws IOException {
    String wireName = sample.getFileName().toString().replaceFirst("\\.json$", "");
    Class<? extends Record> type = ContractTypes.classOf(wireName).orElseThrow();
    String text = Files.readString(sample);
    Object read = ContractMapper.json().readValue(text, type);
    assertThat(ContractTypes.nameOf(read)).isEqualTo(wireName);
    assertThat(ContractMapper.json().readTree(ContractMapper.json().writeValueAsString(read)))
        .isEqualTo(ContractMapper.json().readTree(text));
  }

  @Test
  void everyWireNameHasASample() throws IOException {
    assertThat(samples().map(path -> path.getFileName().toString().replaceFirst("\\.json$", "")))
        .containsExactlyInAnyOrderElementsOf(new TreeSet<>(ContractTypes.names()));
  }

  @Test
  void unknownFieldsOfANewerSenderAreSkipped() {
    String text =
        "{\"key\":{\"execution\":\"e00000001\",\"stage\":\"a\",\"attempt\":1,\"later\":2},\"by\":\"ann\",\"more\":[]}";
    Object read =
        ContractMapper.json().readValue(text, ContractTypes.classOf("stage.stop.v1").orElseThrow());
    assertThat(ContractTypes.nameOf(read)).isEqualTo("stage.stop.v1");
  }

  @ParameterizedTest
  @MethodSource("earlierSamples")
  void whatAnEarlierSenderDidNotKnowOfIsFilledIn(Path sample) throws IOException {
    String wireName = sample.getFileName().toString().replaceFirst("\\.json$", "");
    Object read =
        ContractMapper.json()
            .readValue(Files.readString(sample), ContractTypes.classOf(wireName).orElseThrow());
    String written = ContractMapper.json().writeValueAsString(read);
    assertThat(ContractMapper.json().readValue(written, read.getClass())).isEqualTo(read);
    if (read instanceof RunStage run) {
      assertThat(run.stage().when()).isEqualTo(When.SUCCESS);
      assertThat(run.stage().flow()).isEqualTo(Flow.inOrder(run.stage().steps()));
    }
  }

  static Stream<Path> samples() throws IOException {
    return list(Path.of("src/test/resources/wire"));
  }

  static Stream<Path> earlierSamples() throws IOException {
    return list(Path.of("src/test/resources/earlier-wire"));
  }

  private static Stream<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList().stream();
    }
  }
}
