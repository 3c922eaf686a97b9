using LogosActors.Channels.Sds;

namespace LogosActors.Interop.Tests.Channels.Conversations;

/// <summary>A message on its way from one participant to all others.</summary>
/// <param name="From">Who sends it, who need not have said it first.</param>
/// <param name="Kind">Why it is sent.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="Wire">Its bytes.</param>
internal sealed record SdsPacket(IParticipant From, TransmitKind Kind, string MessageId, byte[] Wire);
