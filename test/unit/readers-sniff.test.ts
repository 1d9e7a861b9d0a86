import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { sniff } from '../../src/readers/sniff.ts';
import { docx, paragraph, xlsx } from '../support/office.ts';
import { pdf } from '../support/pdf.ts';

const bytes = (text: string) => strToU8(text);

describe('sniff', () => {
  it('believes the bytes of a container, not the name', () => {
    expect(sniff(pdf([{ lines: ['x'] }]), 'x.txt')).toBe('pdf');
    expect(sniff(docx(paragraph('x')), 'y.pdf')).toBe('docx');
    expect(sniff(xlsx([{ name: 'a', rows: '' }]), 'y.docx')).toBe('xlsx');
    expect(sniff(zipSync({ 'a.txt': bytes('x') }), 'a.docx')).toBe('zip');
    expect(sniff(gzipSync(bytes('x')), 'a.txt')).toBe('gzip');
    expect(sniff(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), 'a.md')).toBe('png');
    expect(sniff(bytes('{\\rtf1 x}'), 'a.doc')).toBe('rtf');
  });

  it.each([
    ['<!DOCTYPE html><p>x', 'a.txt', 'html'],
    ['<?xml version="1.0"?><a/>', 'a.txt', 'xml'],
    ['{"a": [1, 2]}', 'a.txt', 'json'],
    ['{"a": 1}\n{"a": 2}\n', 'data', 'jsonl'],
    ['{"cells": [], "nbformat": 4}', 'x', 'ipynb'],
    ['From: a@b.c\nTo: d@e.f\nSubject: hi\n\nbody', 'mail.txt', 'eml'],
    ['From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a@b.c\n\nx', 'inbox', 'mbox'],
    ['#!/usr/bin/env python3\nprint(1)', 'tool', 'code:python'],
  ])('recognises %j named %s as %s', (text, name, type) => {
    expect(sniff(bytes(text), name)).toBe(type);
  });

  it.each([
    ['# a', 'a.md', 'markdown'],
    ['# a', 'a.py', 'code:python'],
    ['a: 1', 'a.yml', 'yaml'],
    ['a,b\n1,2', 'a.csv', 'csv'],
    ['a,b,c\n1,2,3\n4,5,6\n', 'noname', 'csv'],
    ['just words', 'a.unknown', 'text'],
    ['words that mention %PDF-1.4 as such', 'a.txt', 'text'],
  ])('lets the name decide between kinds of text: %j named %s is %s', (text, name, type) => {
    expect(sniff(bytes(text), name)).toBe(type);
  });

  it('takes text in any of the encodings for text, and noise for binary', () => {
    const gb = new Uint8Array(Buffer.from('c4e3bac3a3accac0bde7a1a3d6d0ceceb2e2cad4', 'hex'));
    expect(sniff(gb, 'a.txt')).toBe('text');
    expect(sniff(new Uint8Array(Buffer.from('中文文本\n第二行', 'utf16le')), 'a.txt')).toBe('text');
    expect(
      sniff(
        Uint8Array.from({ length: 400 }, (_, i) => (i * 73 + ((i * i) % 251)) & 255),
        'a.txt',
      ),
    ).toBe('binary');
    expect(sniff(new Uint8Array(0), 'a.txt')).toBe('empty');
  });
});
