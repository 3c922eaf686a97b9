using System.Runtime.InteropServices;

namespace LogosActors.Channels.Segmentation;

/// <summary>How much may be in parts beyond what <see cref="SegmentationOptions"/> say, since others bound it.</summary>
/// <param name="MessagesPerSender">Messages of one sender.</param>
/// <param name="BytesPerSender">Bytes of one sender.</param>
/// <param name="Messages">Messages of all senders.</param>
/// <param name="Bytes">Bytes of all senders.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartialAllowance(int MessagesPerSender, long BytesPerSender, int Messages, long Bytes);
