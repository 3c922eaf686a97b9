using LogosActors.Channels.Dispatch;

namespace LogosActors.Channels.Hosting;

/// <summary>What the actors of a channel share.</summary>
/// <param name="Options">Of the channel.</param>
/// <param name="Transport">The node beneath.</param>
/// <param name="Voice">Tells the application.</param>
/// <param name="Budget">Of what has come and is not handled yet.</param>
/// <param name="PersistenceId">Names the channel's histories.</param>
internal sealed record ChannelEnvironment(
    ReliableChannelOptions Options, ChannelTransport Transport, ChannelVoice Voice, IncomingBudget Budget, string PersistenceId);
