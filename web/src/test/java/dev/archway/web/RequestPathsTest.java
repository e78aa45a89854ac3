package dev.archway.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api/v1/executions/abc",
        "/api/v1/images/localhost:5000/my-repo/demo/tags/1.0/history",
        "/a/.well-known/b..c/d.",
        "/a%20b/"
      })
  void pathsThatAllReadAlikeArePlain(String path) {
    assertThat(RequestPaths.plain(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://other/",
        "//other",
        "/a//b",
        "/a/../b",
        "/a/..",
        "/a/./b",
        "/a/%2e%2E/b",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a;x=y/b",
        "/a%3bx",
        "/a%252e",
        "/a%00",
        "/a%0d%0ab"
      })
  void pathsThatMayMeanAnotherAreNot(String path) {
    assertThat(RequestPaths.plain(path)).isFalse();
  }
}
