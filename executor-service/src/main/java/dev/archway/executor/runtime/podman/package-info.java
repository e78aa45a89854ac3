/**
 * Stages as containers of podman and host processes on this machine, started exactly once and
 * joined again after a crash. See DESIGN.md in this folder.
 */
@NullMarked
package dev.archway.executor.runtime.podman;

import org.jspecify.annotations.NullMarked;
