package dev.archway.executor.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessTableTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo on; read line | true",
        "trap 'exit 0' TERM; echo on; read line | false",
        "trap '' TERM; echo on; read line | false"
      })
  void whatAProcessDoesAboutTermIsRead(String script, boolean leavesItAlone) throws IOException {
    Process process = new ProcessBuilder("sh", "-c", script).start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("on");
      assertThat(ProcessTable.leavesTermAlone(process.pid())).isEqualTo(leavesItAlone);
    } finally {
      process.destroyForcibly();
    }
  }
}
