package dev.archway.gateway;

import java.nio.file.Path;

class AccessTest extends AccessContract {
  @Override
  Door open(Path directory) throws Exception {
    return new Door(directory);
  }
}
