package dev.archway.planner.feedback;

import java.net.URI;
import java.util.Map;

/**
 * An HTTP call that tells something; always POST, with JSON.
 *
 * @param trusted false when a pipeline's author chose the address: such a call must not reach what
 *     is inside this installation's network
 */
record Call(URI url, Map<String, String> headers, Object body, boolean trusted) {
  Call {
    headers = Map.copyOf(headers);
  }
}
