namespace LogosActors.Interop.Tests.Peers;

/// <summary>A peer refused a command, did not do what was waited for, or could not be started.</summary>
public sealed class PeerException(string message) : Exception(message);
