package dev.archway.executor.runtime.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dist           | dist/a/b.zip     | true
          dist           | dist             | true
          dist           | dist2/a          | false
          .              | a/b              | true
          dist/*.zip     | dist/a.zip       | true
          dist/*.zip     | dist/a/b.zip     | false
          dist/*.zip     | dist/azip        | false
          dist/**/*.zip  | dist/a.zip       | true
          dist/**/*.zip  | dist/a/b/c.zip   | true
          dist/**        | dist/a/b         | true
          **/a.txt       | a.txt            | true
          **/a.txt       | x/a.txt          | true
          **/a.txt       | xa.txt           | false
          a?.txt         | ab.txt           | true
          a?.txt         | a/.txt           | false
          [ab].txt       | b.txt            | true
          [!ab].txt      | b.txt            | false
          *.{jar,war}    | x.war            | true
          *.{jar,war}    | x.ear            | false
          a+(b)$         | a+(b)$           | true
          a+(b)$         | aab              | false
          """)
  void matchesAsShellsDo(String glob, String path, boolean matches) {
    assertThat(path.matches(Glob.of(glob).regex())).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"dist/sub/*.zip,dist/sub", "*.zip,''", "dist,dist", ".,''", "'a/{b,c}/d',a"})
  void startsAsDeepAsItCan(String glob, String start) {

    assertThat(Glob.of(glob).start()).isEqualTo(start);
  }
}
